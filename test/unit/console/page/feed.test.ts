import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Feed } from '../../../../lib/console/api.ts';
import { delayAfter, startFeed } from '../../../../lib/console/page/base/feed.ts';
import { TroubleError } from '../../../../lib/console/page/base/trouble.ts';

const TIMERS = {
  now: () => Date.now(),
  setTimeout: (run: () => void, delayMs: number) => setTimeout(run, delayMs),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};
const throttled = () => new TroubleError({ kind: 'throttled', message: 'Rate exceeded' }, 429);

/** A feed whose answers are given, one for each read; it ends with the last. */
function feedOf(answers: readonly (string | Error)[], isTroubled?: (value: string) => boolean) {
  const changes: Feed<string>[] = [];
  const load = vi.fn(async (_signal: AbortSignal) => {
    const answer = answers[load.mock.calls.length - 1];
    if (answer === undefined) return new Promise<string>(() => undefined);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const onChange = (feed: Feed<string>) => void changes.push(feed);
  const feed = startFeed({ load, everyMs: 5_000, timers: TIMERS, onChange, ...(isTroubled && { isTroubled }) });
  return { feed, load, changes };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a feed', () => {
  it('reads at once, then at its pace', async () => {
    const { load, changes } = feedOf(['a', 'b']);
    await vi.advanceTimersByTimeAsync(0);
    expect(changes).toEqual([{ data: 'a', asOfMs: 1_000_000 }]);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(load).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(changes.at(-1)).toEqual({ data: 'b', asOfMs: 1_005_000 });
  });

  it('keeps its last value and the time of it when a read fails, and waits longer before the next', async () => {
    const { load, changes } = feedOf(['a', throttled(), throttled(), 'b']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(changes.at(-1)).toEqual({
      data: 'a',
      asOfMs: 1_000_000,
      trouble: { kind: 'throttled', message: 'Rate exceeded' },
    });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(load).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(load).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(changes.at(-1)).toEqual({ data: 'b', asOfMs: 1_035_000 });
  });

  it('waits longer, too, when the answer itself says that AWS throttles', async () => {
    const { load } = feedOf(['throttled', 'well', 'well'], (value) => value === 'throttled');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(load).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('reads nothing while it is paused, and at once when its value has become old meanwhile', async () => {
    const { feed, load } = feedOf(['a', 'b', 'c']);
    await vi.advanceTimersByTimeAsync(1_000);
    feed.pause(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).toHaveBeenCalledTimes(1);
    feed.pause(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('waits for its time when it was paused for a moment', async () => {
    const { feed, load } = feedOf(['a', 'b']);
    await vi.advanceTimersByTimeAsync(1_000);
    feed.pause(true);
    feed.pause(false);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(load).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('has one read under way, however often it is refreshed', async () => {
    const { feed, load } = feedOf([]);
    feed.refresh();
    feed.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('aborts its read and says nothing more once it is stopped', async () => {
    const { feed, load, changes } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    feed.stop();
    expect(load.mock.calls[0]?.[0].aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([load.mock.calls.length, changes]).toEqual([1, []]);
  });
});

describe('the back-off of a feed', () => {
  it('doubles with each failure, up to 30 s, and is never shorter than its pace', () => {
    expect([0, 1, 2, 3, 9].map((failures) => delayAfter(5_000, failures))).toEqual([
      5_000, 10_000, 20_000, 30_000, 30_000,
    ]);
    expect([0, 1, 4].map((failures) => delayAfter(60_000, failures))).toEqual([60_000, 60_000, 60_000]);
  });
});
