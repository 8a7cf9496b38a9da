import { expect, test } from 'vitest';
import { type ReceiveAllOptions, receiveAll } from '../../../../lib/operator/dead-letters/receive-all.ts';
import { makeMemorySqs, makeVirtualClock } from '../../../../lib/testing/index.ts';
import { outgoing } from '../../../support/factories.ts';
import { shortPolling } from '../support/stage.ts';

/** A dead-letter queue of so many messages, of which SQS gives out 20 at a time. */
function makeQueue(count: number) {
  const sqs = makeMemorySqs(makeVirtualClock());
  const settings = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600, maxInFlight: 20 };
  const dlq = sqs.createQueue('sluice-test-probe-dlq', settings);
  for (let i = 0; i < count; i++) dlq.add(outgoing('{}'), `m${i}`);
  const client = shortPolling(sqs);
  // A long poll of a queue at its quota ends empty; a short one, as here, is refused (SQS Developer Guide, "Quotas").
  const send = async (command: object) =>
    (client as { send(one: object): Promise<object> }).send(command).catch((error: Error) => {
      if (error.name !== 'OverLimit') throw error;
      return {};
    });
  return { sqs: { send } as never, queueUrl: '', deadLetterQueueUrl: dlq.url, dlq };
}

const look = (queue: ReturnType<typeof makeQueue>, more: Partial<ReceiveAllOptions> = {}) =>
  receiveAll(queue, { wanted: () => false, act: async () => [], inFlightQuota: 20, workers: 1, ...more });

test('a look that ends at SQS’s quota of messages in flight says that it did not see all', async () => {
  const queue = makeQueue(30);
  expect(await look(queue)).toEqual({ passedOver: 20, interrupted: false, atQuota: true });
  // All that it held is visible again.
  expect(queue.dlq.receive(10)).toHaveLength(10);
});

test('a look that saw all, that was limited or interrupted does not', async () => {
  expect(await look(makeQueue(17))).toEqual({ passedOver: 17, interrupted: false });
  expect(await look(makeQueue(18))).toEqual({ passedOver: 18, interrupted: false, atQuota: true });
  const limited = { limit: 20, wanted: () => true, act: async (found: readonly unknown[]) => found as never };
  expect(await look(makeQueue(30), limited)).toEqual({ passedOver: 20, interrupted: false });
  expect(await look(makeQueue(30), { signal: AbortSignal.abort() })).toMatchObject({ interrupted: true });
});
