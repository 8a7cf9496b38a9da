import { describe, expect, test } from 'vitest';
import type { Trouble } from '../../../lib/console/api.ts';
import { makeRows, makeSource } from '../../../lib/console/feed.ts';
import { makeSamples } from '../../../lib/console/samples.ts';

/** A clock, and reads that answer when the test says so. */
function desk() {
  let nowMs = 1_000_000;
  const reads: { what: unknown; answer: (value: unknown) => void; fail: (kind: Trouble['kind']) => void }[] = [];
  const read = (what?: unknown) =>
    new Promise<never>((resolve, reject) => {
      reads.push({ what, answer: (value) => resolve(value as never), fail: (kind) => reject(new Error(kind)) });
    });
  const troubleOf = (error: unknown): Trouble => ({
    ...{ kind: (error as Error).message as Trouble['kind'], message: 'it went wrong' },
  });
  const timing = (everyMs: number) => ({ everyMs, now: () => nowMs, troubleOf });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { reads, read, timing, pass, now: () => nowMs };
}

describe('a source', () => {
  test('has one flight for all who ask, and none while its value is fresh', async () => {
    const { reads, read, timing, pass, now } = desk();
    const source = makeSource<number>(read, timing(30_000));
    expect(source.last()).toEqual({});
    const both = Promise.all([source.look(), source.look()]);
    expect(reads).toHaveLength(1);
    reads[0]?.answer(7);
    expect(await both).toEqual([
      { data: 7, asOfMs: now() },
      { data: 7, asOfMs: now() },
    ]);
    pass(20_000);
    await source.look();
    expect(reads).toHaveLength(1);
    pass(10_000);
    void source.look();
    expect(reads).toHaveLength(2);
  });

  test.each([
    ['throttled', [10, 20, 40, 80, 160, 300, 300]],
    ['unreachable', [10, 20, 40]],
    ['expired', [5, 5, 5]],
    ['denied', [300, 300]],
    ['gap', [300]],
  ] as const)('that was %s keeps its last value, and is asked again after %j s', async (kind, waits) => {
    const { reads, read, timing, pass, now } = desk();
    const source = makeSource<number>(read, timing(5_000));
    const asOfMs = now();
    const first = source.look();
    reads[0]?.answer(7);
    await first;
    pass(5_000);
    for (const seconds of waits) {
      const look = source.look();
      reads.at(-1)?.fail(kind);
      expect(await look).toEqual({ data: 7, asOfMs, trouble: { kind, message: 'it went wrong' } });
      const before = reads.length;
      pass(seconds * 800);
      await source.look();
      expect(reads).toHaveLength(before);
      pass(seconds * 200);
    }
    const look = source.look();
    reads.at(-1)?.answer(8);
    expect(await look).toEqual({ data: 8, asOfMs: now() });
  });

  test('is read anew once something was changed', async () => {
    const { reads, read, timing } = desk();
    const source = makeSource<number>(read, timing(30_000));
    const first = source.look();
    reads[0]?.answer(7);
    await first;
    source.forget();
    const second = source.look();
    reads[1]?.answer(8);
    expect((await second).data).toBe(8);
  });
});

describe('rows', () => {
  const rowsOf = (...types: string[]) => types.map((type) => ({ type }));

  test('are read where they are asked for and old: of two tabs each row is on one flight', async () => {
    const { reads, read, timing, pass } = desk();
    const rows = makeRows<{ type: string }>(read, timing(5_000));
    const both = Promise.all([rows.look(['a', 'b']), rows.look(['b', 'c'])]);
    expect(reads.map(({ what }) => what)).toEqual([['a', 'b'], ['c']]);
    reads[0]?.answer(rowsOf('a', 'b'));
    reads[1]?.answer(rowsOf('c'));
    expect((await both).map(({ data }) => data)).toEqual([rowsOf('a', 'b'), rowsOf('b', 'c')]);
    pass(5_000);
    void rows.look(['c']);
    expect(reads.map(({ what }) => what).slice(2)).toEqual([['c']]);
  });

  test('that are throttled keep what was read, with its age', async () => {
    const { reads, read, timing, pass, now } = desk();
    const rows = makeRows<{ type: string }>(read, timing(5_000));
    const asOfMs = now();
    const first = rows.look(['a']);
    reads[0]?.answer(rowsOf('a'));
    await first;
    pass(5_000);
    const second = rows.look(['a']);
    reads[1]?.fail('throttled');
    expect(await second).toEqual({
      data: rowsOf('a'),
      asOfMs,
      trouble: { kind: 'throttled', message: 'it went wrong' },
    });
    await rows.look(['a']);
    expect(reads).toHaveLength(2);
  });

  test('of which one is gone are the others', async () => {
    const { reads, read, timing } = desk();
    const rows = makeRows<{ type: string }>(read, timing(5_000));
    const look = rows.look(['a', 'gone']);
    reads[0]?.answer(rowsOf('a'));
    expect((await look).data).toEqual(rowsOf('a'));
  });
});

test('samples are kept for an hour of looking, the oldest first', () => {
  const samples = makeSamples();
  for (let i = 0; i < 800; i++) samples.add([{ type: 'a', depth: i, inFlight: 0, delayed: 0 }], i * 5000);
  expect(samples.of('a')).toHaveLength(720);
  expect(samples.of('a')[0]).toEqual({ atMs: 400_000, depth: 80, inFlight: 0, delayed: 0 });
  expect(samples.of('b')).toEqual([]);
});
