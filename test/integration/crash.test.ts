import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  deadLetters,
  effect,
  envelope,
  newId,
  queueUrls,
  reaches,
  send,
  sendTogether,
  setAttribute,
  sqs,
} from './support/world.ts';

const TIMEOUT = { timeoutMs: 170_000 };

// A crashed batch comes back after the queue's visibility timeout: 108 s as deployed, six times the function's. Nearer
// to the lease of 20 s, the tests need not wait as long.
beforeAll(async () => {
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: queueUrls().queueUrl, Attributes: { VisibilityTimeout: '25' } }),
  );
});

describe.concurrent('a job that kills its process', () => {
  it('dies of it after its attempts, and its batch mates complete (B9, B10)', async () => {
    const poison = newId('poison');
    const mates = Array.from({ length: 4 }, () => newId('mate'));
    await sendTogether([
      envelope(poison, [{ do: 'exit' }], { maxAttempts: 2 }),
      ...mates.map((id) =>
        envelope(id, [
          { do: 'work', ms: 400 },
          { do: 'commit', effects: [id] },
        ]),
      ),
    ]);
    expect(await reaches(poison, ['DEAD'], TIMEOUT)).toMatchObject({
      attempts: 2,
      reason: 'Crashed',
      error: { name: 'Crashed' },
    });
    expect(await deadLetters(poison)).toHaveLength(1);
    for (const id of mates) {
      const { status, attempts } = await reaches(id, ['COMPLETED', 'DEAD'], TIMEOUT);
      expect({ status, spent: attempts <= 2 }).toEqual({ status: 'COMPLETED', spent: true });
      if (attempts === 2) expect(await effect(id)).toMatchObject({ times: 1 });
    }
  });

  it('is cancelled, not tried again, when somebody asked for it meanwhile (B8)', async () => {
    const id = newId('cancelled');
    await send(envelope(id, [{ do: 'exit' }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(id, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED'], TIMEOUT)).toMatchObject({ attempts: 1 });
  });
});

describe.concurrent('a running job that is cancelled', () => {
  it('ends CANCELLED where it would be retried (S8)', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'hang', ms: 4000 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(id, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED', 'RETRYING', 'DEAD'])).toMatchObject({ status: 'CANCELLED', attempts: 1 });
  });

  it('learns of it by its progress (P)', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'progress', values: [1, 2, 3, 4, 5, 6], everyMs: 450 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(id, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED', 'COMPLETED', 'RETRYING'])).toMatchObject({ status: 'CANCELLED' });
  });

  it('completes if it gets that far (S1)', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'work', ms: 1500 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(id, 'cancelRequested', true);
    expect(await reaches(id, ['COMPLETED', 'CANCELLED'])).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a dead letter that is still owed', () => {
  it('is delivered by any later receive of the message (B11, D)', async () => {
    const id = newId('owed');
    const body = envelope(id, [{ do: 'permanent', message: 'no' }]);
    await send(body);
    await reaches(id, ['DEAD']);
    expect(await deadLetters(id)).toHaveLength(1);
    await setAttribute(id, 'undelivered', true);
    await send(body);
    await reaches(id, ['DEAD']);
    await expect.poll(async () => (await deadLetters(id, { fresh: true })).length, { timeout: 30_000 }).toBe(2);
  });
});
