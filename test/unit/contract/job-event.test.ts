import { expect, test } from 'vitest';
import { completedEvent } from '../../../lib/contract/job-event.ts';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';

const AT = '2026-01-31T09:00:00.000Z';

test.each([
  ['sluice-prod-send-email', 'prod'],
  ['shop-prod-send-email', 'shop/prod'],
])('an event of the queue %s is of the stage %s', (queue, stage) => {
  const item = { id: 'send-email#a', jobId: 'a', type: 'send-email', runNo: 1, attempts: 1, createdAt: AT };
  const origin = { queueUrl: `https://sqs.eu-west-1.amazonaws.com/123456789012/${queue}`, tenant: undefined };
  const event = completedEvent({ ...item, completedAt: AT } as JobItem, origin);
  expect(event.detail).toMatchObject({ queue, stage, type: 'send-email' });
});
