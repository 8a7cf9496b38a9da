import { expect, it } from 'vitest';
import { syncData } from '../../../../functions/sync-data/definition.ts';
import { decodeEnvelope } from '../../../../lib/contract/envelope.ts';
import { flowRefusal } from '../../../../lib/contract/protocol/flow-fields.ts';
import { codeOf } from '../../../support/page-code.ts';

it('the chain that the producer’s page sends by the AWS CLI is one that sync-data takes', () => {
  const code = codeOf({ page: 'lib/producer/README.md', heading: 'Chains', language: 'bash' });
  const [, body = ''] = /--message-body '([^']+)'/.exec(code) ?? [];
  const envelope = decodeEnvelope(body, syncData.type, Date.now());
  expect(code).toContain(`sluice-prod-${syncData.type} `);
  expect(flowRefusal(envelope, syncData)).toBeUndefined();
  expect(syncData.payload.safeParse(envelope.payload).success).toBe(true);
  expect(envelope.then).toHaveLength(1);
});
