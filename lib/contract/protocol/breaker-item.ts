import type { CircuitBreaker } from '../definition/breaker.ts';

/**
 * A job type's circuit breaker: one item of the jobs table under `breakerId`. Times are epoch ms.
 *
 * It opens by the rate of failures, or by an operator. Open by the rate, it lets a probe through now and then, and the first one
 * that succeeds closes it. `closing` is closed with an allowance of starts, which doubles every `probeSeconds` until there is more
 * room than is asked for. An operator's stays open until an operator closes it, and has no probes.
 */
export interface BreakerItem {
  readonly id: string;
  /** One more with every change but those of counts: what a write is fenced on. */
  readonly version: number;
  readonly state: 'closed' | 'open' | 'closing';
  /** When it opened last. */
  readonly openedAt?: number;
  /** While it is open: who opened it. */
  readonly by?: 'rate' | 'operator';
  /** While it is open by the rate: when the next probe may start. */
  readonly nextProbeAt?: number;
  /** While it is open by the rate: nonce of the last probe that was let through, before the first of what opened it. */
  readonly probe?: string;
  /** When it closed last: where the allowance is counted from. */
  readonly closedAt?: number;
  /** While it is closing: the interval of `probeSeconds` since `closedAt` in which starts were last taken, from 0. */
  readonly interval?: number;
  /** Starts taken in that interval. */
  readonly taken?: number;
  /** Start of the window of `perSeconds` that is counted now: a multiple of its length. */
  readonly window: number;
  /** Attempts of this window that ended well, and that failed by an error that counts. */
  readonly ok: number;
  readonly failed: number;
  /** The same of the window before. */
  readonly lastOk: number;
  readonly lastFailed: number;
  /** Epoch seconds; none while it is open. */
  readonly expiration?: number;
}

/** One conditional write of a breaker's item. */
export interface BreakerWrite {
  /** Attributes that the item must have, value by value; `absent`: there must be no item. */
  readonly fence: 'absent' | Partial<BreakerItem>;
  /** And the most that `taken` may be before. */
  readonly takenAtMost?: number;
  readonly set: Partial<BreakerItem>;
  /** Attributes that get what stood in another one before. */
  readonly copy?: Partial<Record<keyof BreakerItem, keyof BreakerItem>>;
  readonly add?: Partial<Record<'version' | 'ok' | 'failed' | 'taken', number>>;
  readonly remove?: readonly (keyof BreakerItem)[];
}

/** By what, and at which time, a breaker is looked at. */
export interface At {
  readonly breaker: CircuitBreaker;
  readonly nowMs: number;
}

/** Attempts that ended, by whether their third party answered. */
export interface Tally {
  readonly ok: number;
  readonly failed: number;
}

/** A breaker that no attempt counts in any more expires. */
const KEPT_MS = 24 * 3600 * 1000;
const NO_COUNTS = { ok: 0, failed: 0, lastOk: 0, lastFailed: 0 } as const;
const OF_OPEN = ['by', 'nextProbeAt', 'probe'] as const;
const OF_CLOSING = ['interval', 'taken'] as const;

const windowOf = ({ breaker, nowMs }: At): number => nowMs - (nowMs % (breaker.perSeconds * 1000));

/** Epoch seconds. */
const keptUntil = ({ nowMs }: Pick<At, 'nowMs'>): number => Math.ceil((nowMs + KEPT_MS) / 1000);

/** The next version of what was read, or the first one. */
const over = (found: BreakerItem | undefined): Pick<BreakerWrite, 'fence' | 'add'> => ({
  fence: found === undefined ? 'absent' : { version: found.version },
  add: { version: 1 },
});

/**
 * Attempts of the last `perSeconds`: those of this window, and of the one before the part that still lies within.
 *
 * @param more counted here and not yet in the item
 */
export function totals(found: BreakerItem | undefined, at: At, more: Tally): Tally {
  const { breaker, nowMs } = at;
  const windowMs = breaker.perSeconds * 1000;
  const window = windowOf(at);
  if (found === undefined || found.window < window - windowMs) return more;
  const isNow = found.window >= window;
  const part = 1 - (nowMs - window) / windowMs;
  const sum = (name: 'ok' | 'failed', last: 'lastOk' | 'lastFailed') =>
    more[name] + (isNow ? found[name] + part * found[last] : part * found[name]);
  return { ok: sum('ok', 'lastOk'), failed: sum('failed', 'lastFailed') };
}

/** Whether so many failures open a breaker. */
export function isOver({ ok, failed }: Tally, { failurePercent, ofAtLeast }: CircuitBreaker): boolean {
  return ok + failed >= ofAtLeast && failed * 100 >= failurePercent * (ok + failed);
}

/** Opens it by the rate: the first probe comes after `probeSeconds`. @param probe who opens it knows its own write by it */
export function openByRate(found: BreakerItem | undefined, at: At, probe: string): BreakerWrite {
  const { breaker, nowMs } = at;
  const nextProbeAt = nowMs + breaker.probeSeconds * 1000;
  const counts = found === undefined ? { window: windowOf(at), ...NO_COUNTS } : {};
  return {
    ...over(found),
    set: { state: 'open', openedAt: nowMs, by: 'rate', nextProbeAt, probe, ...counts },
    remove: ['expiration', ...OF_CLOSING],
  };
}

/** Adds ended attempts to the window of now. Not fenced on the version: all processes count side by side. */
export function counted(found: BreakerItem | undefined, at: At, tally: Tally): BreakerWrite {
  const window = windowOf(at);
  if (found === undefined) {
    const set = { ...NO_COUNTS, ...tally, state: 'closed', window, expiration: keptUntil(at) } as const;
    return { fence: 'absent', add: { version: 1 }, set };
  }
  // A clock that is behind counts in the window that the others have begun.
  if (found.window >= window) return { fence: { window: found.window }, set: {}, add: tally };
  const isNext = found.window === window - at.breaker.perSeconds * 1000;
  const kept = found.state === 'open' ? {} : { expiration: keptUntil(at) };
  const set = { window, ...tally, ...kept };
  if (!isNext)
    return { fence: { window: found.window, state: found.state }, set: { ...set, lastOk: 0, lastFailed: 0 } };
  return { fence: { window: found.window, state: found.state }, set, copy: { lastOk: 'ok', lastFailed: 'failed' } };
}

/** Lets a probe through. */
export function letProbe(found: BreakerItem, { breaker, nowMs }: At, probe: string): BreakerWrite {
  return { ...over(found), set: { probe, nextProbeAt: nowMs + breaker.probeSeconds * 1000 } };
}

/** A probe that says nothing of the third party has ended: the next one may start now. */
export const nextProbeNow = (probe: string, { nowMs }: Pick<At, 'nowMs'>): BreakerWrite => ({
  fence: { state: 'open', by: 'rate', probe },
  set: { nextProbeAt: nowMs },
  add: { version: 1 },
});

/** A probe of this opening succeeded. */
export const closeByProbe = (openedAt: number, at: At): BreakerWrite => ({
  fence: { state: 'open', by: 'rate', openedAt },
  ...closing(at.nowMs, windowOf(at)),
});

/** From closing on: counts begin anew, and so does the allowance. */
const closing = (nowMs: number, window: number) => ({
  set: {
    ...({ state: 'closing', closedAt: nowMs, interval: 0, taken: 0, window, ...NO_COUNTS } as const),
    expiration: keptUntil({ nowMs }),
  },
  add: { version: 1 },
  remove: OF_OPEN,
});

/** Beyond so many intervals of closing there is room for all: 131,072 starts. */
const MAX_INTERVAL = 17;

/** Starts that an interval of closing has room for: 1, 2, 4, … */
const roomOf = (interval: number): number => 2 ** Math.min(interval, MAX_INTERVAL);

/** The interval of closing, of `probeSeconds`, from 0. A clock that is behind is in the one that the others have begun. */
function intervalOf({ closedAt = 0, interval = 0 }: BreakerItem, { breaker, nowMs }: At): number {
  return Math.max(interval, Math.floor((nowMs - closedAt) / (breaker.probeSeconds * 1000)));
}

/** When the interval of closing ends: then there is room again. */
export function intervalEndsAt(found: BreakerItem, at: At): number {
  const { closedAt = 0 } = found;
  return closedAt + (intervalOf(found, at) + 1) * at.breaker.probeSeconds * 1000;
}

/** Whether the interval of closing before this one had more room than was asked for. */
export function hasRoom(found: BreakerItem, at: At): boolean {
  const interval = intervalOf(found, at);
  const { interval: last = 0, taken = 0 } = found;
  if (interval > MAX_INTERVAL) return true;
  return interval > last && (last < interval - 1 || taken < roomOf(last));
}

/** Ends closing: there is no allowance any more. */
export function closeForGood(found: BreakerItem): BreakerWrite {
  const { version, interval = 0, taken = 0 } = found;
  return { ...over(found), fence: { version, interval, taken }, set: { state: 'closed' }, remove: OF_CLOSING };
}

/**
 * Takes starts of the allowance.
 *
 * @param asked at least 1
 * @returns undefined if this interval has none left
 */
export function take(
  found: BreakerItem,
  at: At,
  asked: number,
): { readonly granted: number; readonly write: BreakerWrite } | undefined {
  const { interval: last = 0, taken = 0, closedAt = 0 } = found;
  const interval = intervalOf(found, at);
  const room = roomOf(interval);
  const granted = Math.min(asked, interval === last ? room - taken : room);
  if (granted <= 0) return undefined;
  const fence = { state: 'closing', closedAt, interval: last } as const;
  if (interval > last) return { granted, write: { fence, set: { interval, taken: granted } } };
  return { granted, write: { fence, takenAtMost: room - granted, set: {}, add: { taken: granted } } };
}

/** What an operator's `open` writes, whatever state it is in: it holds until `close`, and lets no probe through. */
export function openByOperator(found: BreakerItem | undefined, nowMs: number): BreakerWrite {
  const counts = found === undefined ? { window: 0, ...NO_COUNTS } : {};
  return {
    ...over(found),
    set: { state: 'open', openedAt: nowMs, by: 'operator', ...counts },
    remove: ['expiration', 'nextProbeAt', 'probe', ...OF_CLOSING],
  };
}

/** What an operator's `close` writes, whoever opened it. @returns undefined if it is not open */
export function closeByOperator(found: BreakerItem | undefined, nowMs: number): BreakerWrite | undefined {
  if (found?.state !== 'open') return undefined;
  return { ...closing(nowMs, 0), fence: { version: found.version } };
}
