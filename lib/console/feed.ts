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

/** The same of many rows, each of a job type: only those that somebody asks for are read. */
export interface Rows<T> {
  readonly look: (types: readonly string[]) => Promise<Feed<readonly T[]>>;
  readonly last: (types: readonly string[]) => Feed<readonly T[]>;
}

export interface Timing {
  readonly everyMs: number;
  readonly now: () => number;
  readonly troubleOf: (error: unknown) => Trouble;
}

/** Waits after throttled reads in a row: twice as long each time, up to this. */
const MAX_BACK_OFF_MS = 5 * 60_000;
/** A right that was refused is not asked for again for so long: a policy that is attached meanwhile takes effect then. */
export const DENIED_MS = 5 * 60_000;
/** Signed in again, the operator expects the page to notice. */
const EXPIRED_MS = 5_000;
/** A page's timer may come a little early: without this, every second one would find the value fresh. */
const EARLY = 0.9;

const isFresh = (atMs: number | undefined, { everyMs, now }: Timing): boolean =>
  atMs !== undefined && now() - atMs < everyMs * EARLY;

/** When the next read may be, after reads that failed. */
function makePatience({ everyMs, now, troubleOf }: Timing) {
  let failures = 0;
  let untilMs = 0;
  const waitAfter = ({ kind }: Trouble): number => {
    if (kind === 'denied' || kind === 'gap') return DENIED_MS;
    if (kind === 'expired') return Math.min(everyMs, EXPIRED_MS);
    return Math.min(everyMs * 2 ** Math.min(failures, 10), Math.max(MAX_BACK_OFF_MS, everyMs));
  };
  return {
    mayRead: () => now() >= untilMs,
    succeeded: () => {
      failures = 0;
    },
    failed: (error: unknown): Trouble => {
      const trouble = troubleOf(error);
      failures += 1;
      untilMs = now() + waitAfter(trouble) * EARLY;
      return trouble;
    },
    forget: () => {
      untilMs = 0;
    },
  };
}

/** One flight for all who ask: two tabs cost as much as one, and where nobody asks nothing is read. */
export function makeSource<T>(read: () => Promise<T>, timing: Timing): Source<T> {
  const patience = makePatience(timing);
  let kept: Feed<T> = {};
  let isForgotten = false;
  let flight: Promise<void> | undefined;
  const fly = async () => {
    const asOfMs = timing.now();
    isForgotten = false;
    try {
      kept = { data: await read(), asOfMs };
      patience.succeeded();
    } catch (error) {
      kept = { ...kept, trouble: patience.failed(error) };
    } finally {
      flight = undefined;
    }
  };
  return {
    look: async () => {
      if (patience.mayRead() && (isForgotten || !isFresh(kept.asOfMs, timing))) flight ??= fly();
      await flight;
      return kept;
    },
    last: () => kept,
    forget: () => {
      isForgotten = true;
      patience.forget();
    },
  };
}

interface Row<T> {
  /** Undefined: it was not among what was read. */
  readonly value: T | undefined;
  readonly asOfMs: number;
}

/** Reads the rows that are asked for and old, all of them together; each row is on one flight only. */
export function makeRows<T extends { readonly type: string }>(
  read: (types: readonly string[]) => Promise<readonly T[]>,
  timing: Timing,
): Rows<T> {
  const patience = makePatience(timing);
  const kept = new Map<string, Row<T>>();
  const flights = new Map<string, Promise<void>>();
  let trouble: Trouble | undefined;
  const fly = async (types: readonly string[]) => {
    const asOfMs = timing.now();
    try {
      const found = await read(types);
      for (const type of types) kept.set(type, { value: found.find((one) => one.type === type), asOfMs });
      trouble = undefined;
      patience.succeeded();
    } catch (error) {
      trouble = patience.failed(error);
    } finally {
      for (const type of types) flights.delete(type);
    }
  };
  const last = (types: readonly string[]) => rowsOf(types, { kept, trouble, nowMs: timing.now() });
  return {
    look: async (types) => {
      const due = types.filter((type) => !flights.has(type) && !isFresh(kept.get(type)?.asOfMs, timing));
      if (due.length > 0 && patience.mayRead()) {
        const flight = fly(due);
        for (const type of due) flights.set(type, flight);
      }
      await Promise.all(types.map((type) => flights.get(type)));
      return last(types);
    },
    last,
  };
}

interface Kept<T> {
  readonly kept: ReadonlyMap<string, Row<T>>;
  readonly trouble: Trouble | undefined;
  readonly nowMs: number;
}

/** As old as the oldest row. */
function rowsOf<T>(types: readonly string[], { kept, trouble, nowMs }: Kept<T>): Feed<readonly T[]> {
  const rows = types.flatMap((type) => kept.get(type) ?? []);
  if (types.length > 0 && rows.length === 0) return { ...(trouble && { trouble }) };
  return {
    data: rows.flatMap(({ value }) => value ?? []),
    asOfMs: Math.min(nowMs, ...rows.map(({ asOfMs }) => asOfMs)),
    ...(trouble && { trouble }),
  };
}
