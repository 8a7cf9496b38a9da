import { afterEach, describe, expect, it, vi } from 'vitest';
import { sleep } from '../../../lib/engine/clock.ts';
import { makeDesk, outcomeOf } from './support.ts';

afterEach(() => void vi.useRealTimers());

/** Reports 1, 2, … 5, 1.5 s apart, and then ends as the payload says. */
const counting: NonNullable<Parameters<typeof makeDesk>[0]>['perform'] = async (payload, context, clock) => {
  for (let n = 1; n <= 5; n++) {
    await context.progress({ done: n });
    await sleep(clock, 1500);
  }
  if ((payload as { do: string }).do === 'fail') throw new Error('in the end');
};

/** Keeps what an iterator yields. */
async function keep(values: AsyncIterable<unknown>, into: unknown[]): Promise<string> {
  for await (const value of values) into.push(value);
  return 'ended';
}

const ALL = [1, 2, 3, 4, 5].map((done) => ({ done }));

describe('progress', () => {
  it.each(['complete', 'fail'])('yields each new value, and ends with the job (%s)', async (how) => {
    const { world, progress, pass } = makeDesk({ perform: counting });
    const values: unknown[] = [];
    world.send({ id: 'a', maxAttempts: 1, payload: { do: how } });
    const running = world.worker()();
    const ended = outcomeOf(keep(progress(world.definition, 'a'), values));
    for (let i = 0; i < 20; i++) await pass(500);
    await running;
    await pass(5000);
    expect(world.job('a')?.status).toBe(how === 'fail' ? 'DEAD' : 'COMPLETED');
    expect(ended.now()).toBe('ended');
    expect(values).toEqual(ALL);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('yields the latest value of a job that has ended', async () => {
    const { world, progress, pass } = makeDesk({ perform: counting });
    world.send({ id: 'a', payload: { do: 'complete' } });
    await world.deliver();
    const values: unknown[] = [];
    const ended = outcomeOf(keep(progress('probe', 'a'), values));
    await pass(0);
    expect([ended.now(), values]).toEqual(['ended', [{ done: 5 }]]);
  });

  it('looks no more once its reader stops', async () => {
    const { world, progress, pass, looks } = makeDesk();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    world.alter('a', { progress: 7 });
    const values = progress('probe', 'a');
    const first = outcomeOf(values.next());
    await pass(0);
    expect(first.now()).toEqual({ value: 7, done: false });
    await values.return();
    await pass(60_000);
    expect(looks()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends in time, and with the signal', async () => {
    const { progress, pass } = makeDesk();
    const late = outcomeOf(keep(progress('probe', 'a', { timeoutMs: 1000 }), []));
    const controller = new AbortController();
    const aborted = outcomeOf(keep(progress('probe', 'a', { signal: controller.signal }), []));
    await pass(1000);
    controller.abort('enough');
    await pass(0);
    expect([late.now(), aborted.now()]).toEqual([expect.objectContaining({ name: 'WaitTimeoutError' }), 'enough']);
  });

  it('refuses bad input where it is called', () => {
    const { progress } = makeDesk();
    expect(() => progress('probe', '')).toThrow('a job\'s key is 1 to 250 of A-Za-z0-9_.:-, got ""');
    expect(() => progress('probe', 'a', { timeoutMs: 0 })).toThrow('timeoutMs must be a whole number');
  });
});
