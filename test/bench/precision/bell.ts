import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/**
 * Who looks at the queue: the emulator's event source by itself, which rests for up to a second when it found nothing; or
 * the same, woken all the time, as near as it comes to AWS's pollers, which wait at the queue (long polling). `between`
 * is too near to a change of the two to tell.
 */
export type Poller = 'own' | 'woken' | 'between';

const [WOKEN_MS, OWN_MS] = [12_000, 8000];
/** A job that is due so long before a change may start after it. */
const GUARD_MS = 2000;
/** The emulator looks at most every 50 ms when it is woken for nothing. */
const RING_EVERY_MS = 80;

/** Wakes the emulator's event source in turns. */
export interface Bell {
  pollerAt(ms: number): Poller;
  stop(): Promise<void>;
}

/** Whatever becomes visible in any queue wakes it: here it is one message, in a queue that nothing consumes. */
export async function ringInTurns(sqs: SQSClient): Promise<Bell> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bell' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ring' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const { ReceiptHandle } = Messages[0] ?? {};
  const startedAtMs = Date.now();
  const sinceChange = (ms: number) => (ms - startedAtMs) % (WOKEN_MS + OWN_MS);
  const ring = async () => {
    if (sinceChange(Date.now()) >= WOKEN_MS) return;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  };
  const ringing = repeat(ring, RING_EVERY_MS);
  return {
    pollerAt(ms) {
      const at = sinceChange(ms);
      if (at < WOKEN_MS) return at < WOKEN_MS - GUARD_MS ? 'woken' : 'between';
      return at < WOKEN_MS + OWN_MS - GUARD_MS ? 'own' : 'between';
    },
    stop: ringing.stop,
  };
}

/** One after another, however long each takes. The first failure ends it, and is thrown by `stop`. */
function repeat(action: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      await action();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  const running = run().then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    async stop() {
      stopped = true;
      const error = await running;
      if (error !== undefined) throw error;
    },
  };
}
