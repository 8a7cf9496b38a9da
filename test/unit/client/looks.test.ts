import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobTableError } from '#sluice/client';
import { makeDesk, outcomeOf } from './support.ts';

afterEach(() => void vi.useRealTimers());

const keysOf = (calls: readonly (readonly string[])[]) => calls.map(({ length }) => length);

describe('waits of one process', () => {
  it('share their reads: a hundred jobs a call, each once, and one type a call', async () => {
    const { waitFor, status, pass, looks } = makeDesk();
    const keys = Array.from({ length: 250 }, (_, i) => `job-${i}`);
    const ends = [...keys, 'job-7', 'job-7'].map((key) => outcomeOf(waitFor('probe', key, { timeoutMs: 50 })));
    const other = outcomeOf(waitFor('other', 'job-7', { timeoutMs: 50 }));
    const state = status('probe', 'job-249');
    await pass(50);
    expect(keysOf(looks())).toEqual([100, 100, 50, 1]);
    expect(new Set(looks().flat()).size).toBe(251);
    expect(looks().at(-1)).toEqual(['other#job-7']);
    expect(await state).toEqual({ status: 'unknown' });
    for (const { now } of [...ends, other]) expect(now()).toMatchObject({ name: 'WaitTimeoutError' });
  });

  it('come to be in step, whenever they began', async () => {
    const { waitFor, pass, looks } = makeDesk();
    const ends = [];
    for (let i = 0; i < 60; i++) {
      ends.push(outcomeOf(waitFor('probe', `job-${i}`)));
      await pass(37);
    }
    await pass(20_000);
    const before = looks().length;
    await pass(100_000);
    const calls = looks().slice(before);
    // A call may read all of them; each is read at least every 5 s.
    expect(calls.flat().length).toBeGreaterThanOrEqual(60 * 20);
    expect(calls.length).toBeLessThan(60);
    expect(ends.map(({ now }) => now())).toEqual(ends.map(() => 'pending'));
  });

  it('hold up no look that is to be made at once', async () => {
    const { waitFor, status, pass } = makeDesk();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(60_000);
    const looking = outcomeOf(status('probe', 'b'));
    await pass(1);
    expect([waiting.now(), looking.now()]).toEqual(['pending', { status: 'unknown' }]);
  });

  it('are answered each by its own job', async () => {
    const { world, waitFor, pass } = makeDesk();
    for (const id of ['a', 'b']) world.send({ id, payload: { do: 'complete', result: id } });
    await world.deliver();
    const ends = ['a', 'b', 'a'].map((key) => outcomeOf(waitFor('probe', key)));
    await pass(0);
    expect(ends.map(({ now }) => now())).toEqual(['a', 'b', 'a']);
  });
});

it('one wait looks less and less often: some 800 times an hour', async () => {
  const { world, waitFor, pass, looks } = makeDesk();
  const waiting = outcomeOf(waitFor('probe', 'a', { timeoutMs: 3_600_000 }));
  const gaps: number[] = [];
  let [lastMs, seen] = [0, 0];
  for (let ms = 0; ms < 60_000; ms += 50) {
    await pass(50);
    if (looks().length === seen) continue;
    gaps.push(ms - lastMs);
    [lastMs, seen] = [ms, looks().length];
  }
  // The first look is at once; the pauses are 150 to 200 ms, 225 to 300 ms, and so on.
  expect(gaps[1]).toBeLessThanOrEqual(250);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5050);
  expect(Math.min(...gaps.slice(-5))).toBeGreaterThanOrEqual(3700);
  await pass(3_540_000);
  expect(waiting.now()).toMatchObject({ name: 'WaitTimeoutError' });
  expect(looks().length).toBeGreaterThan(720);
  expect(looks().length).toBeLessThan(1000);
  expect(world.dynamoDb.calls.length).toBe(looks().length);
});

it('a wait for the end does not look more often for a progress that comes each second', async () => {
  const { world, waitFor, pass, looks } = makeDesk();
  world.send({ id: 'a', payload: { do: 'fail' } });
  await world.deliver();
  const waiting = outcomeOf(waitFor('probe', 'a'));
  for (let second = 0; second < 60; second++) {
    world.alter('a', { progress: second });
    await pass(1000);
  }
  expect(waiting.now()).toBe('pending');
  expect(looks().length).toBeLessThan(30);
});

describe('a key that DynamoDB leaves unprocessed', () => {
  it('is read again by itself, also by a status', async () => {
    const { world, status, waitFor, pass, looks } = makeDesk();
    for (const id of ['a', 'b']) world.send({ id, payload: { do: 'complete', result: id } });
    await world.deliver();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [1], code: '' });
    const [first, second] = [outcomeOf(waitFor('probe', 'a')), status('probe', 'b')];
    await pass(0);
    expect(first.now()).toBe('a');
    await pass(100);
    expect(await second).toMatchObject({ status: 'COMPLETED', result: 'b' });
    expect(looks()).toEqual([['probe#a', 'probe#b'], ['probe#b']]);
  });

  it('again and again is an error that says so', async () => {
    const { world, status, pass, looks } = makeDesk();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0], code: '' }, 9);
    const looking = outcomeOf(status('probe', 'a'));
    await pass(60_000);
    expect(looking.now()).toBeInstanceOf(JobTableError);
    expect(looking.now()).toMatchObject({
      message: 'DynamoDB left probe a unread 9 times; try again',
      ...{ code: 'ThrottlingException', isTransient: true },
    });
    expect(looks()).toHaveLength(9);
  });
});
