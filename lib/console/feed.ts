import type { Feed, Trouble } from './api.ts';

/** A value that is read again when somebody asks for it and it has grown old. */
export interface Source<T> {
  /** Reads it, unless it is fresh. @returns the value, or the last one and what keeps a newer one away */
  readonly look: () => Promise<Feed<T>>;
  /** The last value, at once. */
  readonly last: () => Feed<T>;
  /** The next look reads anew. */
  readonly forget: () => void;
}

export interface SourceOptions<T> {
  readonly read: () => Promise<T>;
  readonly everyMs: number;
  readonly now: () => number;
  readonly troubleOf: (error: unknown) => Trouble;
}

/** Waits after throttled reads in a row: twice as long each time, up to this. */
const MAX_BACK_OFF_MS = 5 * 60_000;
/** A right that was refused is not asked for again for so long: a policy that is attached meanwhile takes effect then. */
const DENIED_MS = 5 * 60_000;

/** One flight for all who ask: two tabs cost as much as one, and where nobody asks nothing is read. */
export function makeSource<T>({ read, everyMs, now, troubleOf }: SourceOptions<T>): Source<T> {
  let kept: Feed<T> = {};
  let flight: Promise<void> | undefined;
  let nextMs = 0;
  let failures = 0;

  const fly = async () => {
    try {
      const data = await read();
      kept = { data, asOfMs: now() };
      failures = 0;
      nextMs = now() + everyMs;
    } catch (error) {
      const trouble = troubleOf(error);
      kept = { ...kept, trouble };
      failures += 1;
      nextMs = now() + waitAfter(trouble, failures);
    } finally {
      flight = undefined;
    }
  };
  const waitAfter = ({ kind }: Trouble, times: number) => {
    if (kind === 'denied' || kind === 'gap') return DENIED_MS;
    // Signed in again, the operator expects the page to notice.
    if (kind === 'expired') return Math.min(everyMs, 5_000);
    return Math.min(everyMs * 2 ** Math.min(times, 10), MAX_BACK_OFF_MS);
  };

  return {
    look: async () => {
      if (now() >= nextMs) flight ??= fly();
      await flight;
      return kept;
    },
    last: () => kept,
    forget: () => {
      nextMs = 0;
    },
  };
}
