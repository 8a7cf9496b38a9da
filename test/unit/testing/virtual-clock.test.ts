import { describe, expect, test } from 'vitest';
import { sleep } from '../../../lib/engine/clock.ts';
import { makeVirtualClock } from '../../../lib/testing/index.ts';
import { seeded } from '../../bench/seeded.ts';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('the virtual clock', () => {
  test('thirty minutes pass at once, and exactly', async () => {
    const clock = makeVirtualClock();
    const startMs = clock.now();
    await clock.run(sleep(clock, 30 * 60_000));
    expect(clock.now() - startMs).toBe(30 * 60_000);
  });

  test('runs timers in the order of their times, equal ones as they were set', async () => {
    const clock = makeVirtualClock(0);
    const fired: string[] = [];
    const set = (name: string, delayMs: number) => clock.after(delayMs, () => fired.push(`${name}@${clock.now()}`));
    set('late', 20);
    set('first', 10);
    set('second', 10);
    clock.after(5, () => set('nested', 1));
    await clock.advance(20);
    expect(fired).toEqual(['nested@6', 'first@10', 'second@10', 'late@20']);
  });

  test('a cancelled timer never fires', async () => {
    const clock = makeVirtualClock();
    let fired = 0;
    const cancel = clock.after(10, () => fired++);
    cancel();
    await clock.advance(100);
    expect(fired).toBe(0);
    expect(clock.nextTimerMs()).toBeUndefined();
  });

  test('time stands still while turns of the event loop are waiting', async () => {
    const clock = makeVirtualClock(0);
    let fired = false;
    clock.after(1, () => {
      fired = true;
    });
    const work = (async () => {
      for (let i = 0; i < 50; i++) await turn();
      return fired;
    })();
    expect(await clock.run(work)).toBe(false);
    expect(clock.now()).toBe(0);
  });

  test('advance stops between two timers', async () => {
    const clock = makeVirtualClock(0);
    let fired = 0;
    clock.after(10, () => fired++);
    clock.after(11, () => fired++);
    await clock.advance(10);
    expect([fired, clock.now(), clock.nextTimerMs()]).toEqual([1, 10, 11]);
  });

  test('passes while two let it pass at once', async () => {
    const clock = makeVirtualClock(0);
    await Promise.all([clock.advance(10), clock.advance(20)]);
    expect(clock.now()).toBe(20);
  });

  test('passes a rejection on', async () => {
    const clock = makeVirtualClock();
    const work = sleep(clock, 5).then(() => Promise.reject(new RangeError('no')));
    await expect(clock.run(work)).rejects.toThrow(RangeError);
  });

  test('says so when nothing will ever end the work', async () => {
    const clock = makeVirtualClock();
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('no timer will bring');
  });
});

test('of many timers, most of them cancelled, each other fires at its moment', async () => {
  const random = seeded(5);
  const clock = makeVirtualClock(0);
  const fired: number[] = [];
  const expected: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const atMs = Math.floor(random() * 500);
    const cancel = clock.after(atMs, () => fired.push(clock.now()));
    if (i % 3 === 0) expected.push(atMs);
    else cancel();
    // Twice is once.
    if (i % 3 === 1) cancel();
  }
  await clock.advance(500);
  expect(fired).toEqual(expected.sort((a, b) => a - b));
  expect(clock.nextTimerMs()).toBeUndefined();
});
