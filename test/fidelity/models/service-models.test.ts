import { expect, it } from 'vitest';
import { INSTALLED, readClientTypes } from './client-types.ts';
import { type Shape, serviceModels } from './service-models.ts';

const types = readClientTypes(INSTALLED);
const { source, services } = serviceModels();

/** What a client's types say of a shape, and its model does not. */
function differences(client: string, name: string, shape: Shape): string[] {
  const place = `${client} ${name}`;
  const values = shape.enum === undefined ? undefined : types.values(client, name);
  const unknown = (values ?? []).filter((value) => shape.enum?.includes(value) !== true);
  const members = shape.type === 'structure' ? types.members(client, name) : undefined;
  const others = [...(members ?? [])].flatMap(([member, { required }]) => {
    if (shape.members?.[member] === undefined) return [`${place}.${member} is not in the model`];
    const must = shape.required?.includes(member) === true;
    return must === required ? [] : [`${place}.${member} is ${required ? '' : 'not '}required by the client's types`];
  });
  return [...unknown.map((value) => `${place} has ${value}, which the model lacks`), ...others];
}

const all = Object.entries(services).flatMap(([client, { shapes }]) =>
  Object.entries(shapes).map(([name, shape]) => ({ client, name, shape })),
);

it('the service models name their version and licence', () => {
  expect(source).toEqual({
    package: 'botocore',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    licence: 'Apache-2.0',
  });
});

it('members, requirements and enums of the service models are those of the installed clients', () => {
  const compared = all.filter(({ client, name }) => types.members(client, name) ?? types.values(client, name));
  expect(compared.length).toBeGreaterThan(200);
  expect(all.flatMap(({ client, name, shape }) => differences(client, name, shape))).toEqual([]);
});

it('a member that only the client knows, or another requirement, is named', () => {
  const { SendMessageRequest: shape } = services.sqs?.shapes ?? {};
  expect(shape).toBeDefined();
  const { DelaySeconds: _, ...members } = shape?.members ?? {};
  expect(differences('sqs', 'SendMessageRequest', { type: 'structure', members, required: ['MessageBody'] })).toEqual([
    "sqs SendMessageRequest.QueueUrl is required by the client's types",
    'sqs SendMessageRequest.DelaySeconds is not in the model',
  ]);
});
