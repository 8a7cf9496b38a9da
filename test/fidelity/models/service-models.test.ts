import { expect, it } from 'vitest';
import { modelDifferences, shapeDifferences } from './agreement.ts';
import { INSTALLED, readClientTypes } from './client-types.ts';
import { serviceModels } from './service-models.ts';

const types = readClientTypes(INSTALLED);
const { source, services } = serviceModels();

it('the service models name their version and licence', () => {
  expect(source).toEqual({
    ...{ package: 'botocore', licence: 'Apache-2.0' },
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});

it('members, requirements and enums of the service models are those of the installed clients', () => {
  const compared = Object.entries(services).flatMap(([client, { shapes }]) =>
    Object.keys(shapes).filter((name) => types.members(client, name) ?? types.values(client, name)),
  );
  expect(compared.length).toBeGreaterThan(200);
  expect(modelDifferences(types)).toEqual([]);
});

it('a member that only the client knows, or another requirement, is named', () => {
  const { SendMessageRequest: shape } = services.sqs?.shapes ?? {};
  expect(shape).toBeDefined();
  const { DelaySeconds: _, ...members } = shape?.members ?? {};
  const another = { type: 'structure', members, required: ['MessageBody'] };
  expect(shapeDifferences(types, 'sqs', ['SendMessageRequest', another])).toEqual([
    "sqs SendMessageRequest.QueueUrl is required by the client's types",
    'sqs SendMessageRequest.DelaySeconds is not in the model',
  ]);
});
