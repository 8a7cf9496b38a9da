import { describe, expect, it } from 'vitest';
import { effect, envelope, newId, reaches, send } from './support/world.ts';

const past = new Date(Date.now() - 60_000).toISOString();

describe.concurrent('a job that expires', () => {
  it('ends EXPIRED without running if it has not begun by startBefore', async () => {
    const id = newId();
    const steps = [{ do: 'commit' as const, effects: [id] }];
    await send(envelope(id, steps, { startBefore: past, createdAt: new Date(Date.now() - 120_000).toISOString() }));
    expect(await reaches(id, ['EXPIRED', 'COMPLETED'])).toMatchObject({ status: 'EXPIRED', attempts: 0 });
    expect(await effect(id)).toBeUndefined();
  });

  it('is not tried again after endBefore', async () => {
    const id = newId();
    const endBefore = new Date(Date.now() + 60_000).toISOString();
    // Its list has delays of 1, 2 and 65 s: the third failure comes before it, and the fourth attempt would start after it.
    await send(envelope(id, [{ do: 'fail' }], { endBefore }));
    expect(await reaches(id, ['EXPIRED', 'DEAD'], { timeoutMs: 120_000 })).toMatchObject({ status: 'EXPIRED' });
  });
});
