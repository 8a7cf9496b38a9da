/**
 * A value that is read again and again: each `everyMs` while it goes well, ever more seldom while it does not. It rests while
 * nobody looks. Its last value stays when a newer one cannot be read. Timers and clock are passed in.
 */
import type { Feed } from '../../api.ts';
import { isAbort, troubleOf } from './trouble.ts';

/** Back-off ends here, so that a page recovers within half a minute after what was in the way. */
const MAX_DELAY_MS = 30_000;

/** How long until the next read, after so many failures in a row: `everyMs`, then twice as long each time, at most 30 s. */
export const delayAfter = (everyMs: number, failures: number): number =>
  failures === 0 ? everyMs : Math.max(everyMs, Math.min(MAX_DELAY_MS, everyMs * 2 ** failures));

export interface FeedOptions<T> {
  readonly load: (signal: AbortSignal) => Promise<T>;
  readonly everyMs: number;
  readonly onChange: (feed: Feed<T>) => void;
  /** Whether the answer, though it came, says that something is in the way: the next read waits longer. */
  readonly isTroubled?: (value: T) => boolean;
  readonly timers: {
    readonly now: () => number;
    readonly setTimeout: (run: () => void, delayMs: number) => unknown;
    readonly clearTimeout: (timer: unknown) => void;
  };
}

export interface RunningFeed {
  /** Reads at once. A read under way counts. */
  refresh(): void;
  /** Rests, or goes on: at once if its value is older than `everyMs`. */
  pause(isPaused: boolean): void;
  stop(): void;
}

/** Starts to read. Nothing is read twice at a time. */
export function startFeed<T>({ load, everyMs, onChange, isTroubled, timers }: FeedOptions<T>): RunningFeed {
  const aborted = new AbortController();
  let feed: Feed<T> = {};
  let failures = 0;
  let isPaused = false;
  let isReading = false;
  let timer: unknown;
  let dueMs = 0;

  function plan(delayMs: number) {
    timers.clearTimeout(timer);
    dueMs = timers.now() + delayMs;
    if (!isPaused && !aborted.signal.aborted) timer = timers.setTimeout(() => void read(), delayMs);
  }

  async function read() {
    if (isReading || aborted.signal.aborted) return;
    isReading = true;
    timers.clearTimeout(timer);
    try {
      const data = await load(aborted.signal);
      failures = isTroubled?.(data) ? failures + 1 : 0;
      feed = { data, asOfMs: timers.now() };
    } catch (error) {
      if (isAbort(error) || aborted.signal.aborted) return;
      failures += 1;
      feed = { ...feed, trouble: troubleOf(error) };
    } finally {
      isReading = false;
    }
    if (aborted.signal.aborted) return;
    onChange(feed);
    plan(delayAfter(everyMs, failures));
  }

  void read();
  return {
    refresh: () => void read(),
    pause(paused) {
      if (paused === isPaused) return;
      isPaused = paused;
      if (isPaused) timers.clearTimeout(timer);
      else if (!isReading) plan(Math.max(0, dueMs - timers.now()));
    },
    stop() {
      timers.clearTimeout(timer);
      aborted.abort();
    },
  };
}
