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

const type = 'probe-crash';
const TIMEOUT = { timeoutMs: 170_000, type } as const;

// A crashed batch comes back after the queue's visibility timeout: 108 s as deployed, six times the function's. Nearer
// to the lease of 20 s, the tests need not wait as long.
beforeAll(async () => {
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: queueUrls(type).queueUrl, Attributes: { VisibilityTimeout: '25' } }),
  );
});

describe.concurrent('a job that kills its process', () => {
  it('dies of it after its attempts, and its batch mates complete (stalled, crashed)', async () => {
    const poison = newId('poison');
    const mates = Array.from({ length: 4 }, () => newId('mate'));
    const bodies = [
      envelope(poison, [{ do: 'exit' }], { maxAttempts: 2 }),
      ...mates.map((id) =>
        envelope(id, [
          { do: 'work', ms: 400 },
          { do: 'commit', effects: [id] },
        ]),
      ),
    ];
    await sendTogether(bodies, type);
    expect(await reaches(poison, ['DEAD'], TIMEOUT)).toMatchObject({
      attempts: 2,
      reason: 'Crashed',
      error: { name: 'Crashed' },
    });
    expect(await deadLetters(poison, { type })).toHaveLength(1);
    for (const id of mates) {
      const { status, attempts } = await reaches(id, ['COMPLETED', 'DEAD'], TIMEOUT);
      expect({ status, spent: attempts <= 2 }).toEqual({ status: 'COMPLETED', spent: true });
      if (attempts === 2) expect(await effect(id, type)).toMatchObject({ times: 1 });
    }
  });

  it('is cancelled, not tried again, when somebody asked for it meanwhile', async () => {
    const id = newId('cancelled');
    await send(envelope(id, [{ do: 'exit' }]), { type });
    await reaches(id, ['INPROGRESS'], TIMEOUT);
    await setAttribute(`${type}#${id}`, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED'], TIMEOUT)).toMatchObject({ attempts: 1 });
  });
});
