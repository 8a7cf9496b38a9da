import { describe, expect, it } from 'vitest';
import { deadLetters, envelope, newId, reaches, send, setAttribute } from './support/world.ts';

describe.concurrent('a running job that is cancelled', () => {
  it('ends CANCELLED where it would be retried', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'hang', ms: 4000 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(`probe#${id}`, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED', 'RETRYING', 'DEAD'])).toMatchObject({ status: 'CANCELLED', attempts: 1 });
  });

  it('learns of it by its progress', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'progress', values: [1, 2, 3, 4, 5, 6], everyMs: 450 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(`probe#${id}`, 'cancelRequested', true);
    expect(await reaches(id, ['CANCELLED', 'COMPLETED', 'RETRYING'])).toMatchObject({ status: 'CANCELLED' });
  });

  it('completes if it gets that far', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'work', ms: 1500 }]));
    await reaches(id, ['INPROGRESS']);
    await setAttribute(`probe#${id}`, 'cancelRequested', true);
    expect(await reaches(id, ['COMPLETED', 'CANCELLED'])).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a dead letter that is still pending', () => {
  it('is delivered by any later receive of the message (undelivered, delivered)', async () => {
    const id = newId('pending');
    const body = envelope(id, [{ do: 'permanent', message: 'no' }]);
    await send(body);
    await reaches(id, ['DEAD']);
    expect(await deadLetters(id)).toHaveLength(1);
    await setAttribute(`probe#${id}`, 'undelivered', true);
    await send(body);
    await reaches(id, ['DEAD']);
    await expect.poll(async () => (await deadLetters(id, { again: true })).length, { timeout: 30_000 }).toBe(2);
  });
});
