import { checkedNumber, checkedObject, type NumberRule } from './option.ts';

/** How many jobs of a type may begin in a time, over all its consumers together. */
export interface RateLimit {
  /** Attempts, 1 to 1,000,000. */
  readonly limit: number;
  /** Seconds, 1 to 86,400. */
  readonly perSeconds: number;
}

const RULES = {
  limit: { min: 1, max: 1_000_000, default: Number.NaN, why: 'attempts that may begin in perSeconds' },
  perSeconds: { min: 1, max: 86_400, default: Number.NaN, why: 'at most a day' },
} as const satisfies Record<keyof RateLimit, NumberRule>;

/** @throws JobDefinitionError unless the value is absent or has both numbers */
export function checkedRateLimit(value: unknown): RateLimit | undefined {
  if (value === undefined) return undefined;
  const given = checkedObject('rateLimit', value, Object.keys(RULES));
  const number = (name: keyof RateLimit) =>
    checkedNumber(`rateLimit.${name}`, given[name] === undefined ? Number.NaN : given[name], RULES[name]);
  return Object.freeze({ limit: number('limit'), perSeconds: number('perSeconds') });
}

/** A job type's token bucket: one item of the jobs table under {@link bucketId}. Times are epoch ms, with fractions. */
export interface Bucket {
  /** One more with every change: what a write is fenced on. */
  readonly version: number;
  /** When the next token falls due. */
  readonly nextAt: number;
  /** Turns up to here are promised to jobs that wait. */
  readonly lineEndsAt: number;
  /** Time between two tokens, ms, by the limit that held when it was written. A bucket of an earlier version lacks it. */
  readonly intervalMs?: number;
}

/** Ids that start with `~` are no jobs. */
export const bucketId = (type: string): string => `~rate#${type}`;

/** Who asks for tokens, and until when those that get one can be held back in their process. */
export interface Draw {
  readonly nowMs: number;
  readonly holdMs: number;
  /** Jobs that have waited before: their turn has come. */
  readonly returning: number;
  /** Jobs that are here for the first time: they go behind the line, if there is one. */
  readonly first: number;
}

/** What a draw gives: some may begin, each at its `startsAt`, the others wait, each for a turn of its own. */
export interface Drawn {
  readonly bucket: Required<Bucket>;
  readonly grants: { readonly returning: number; readonly first: number };
  readonly startsAt: readonly number[];
  /** When the others may ask again, those that return first. */
  readonly turns: readonly number[];
}

/**
 * Of the tokens of `perSeconds`, one in so many may be saved up while nobody draws: no stretch of that time has more than
 * 110 %. A smaller limit saves none, and has no more than the limit itself.
 */
const ONE_SAVED_IN = 10;
/** A line from which nobody came for so long has gone: its messages were purged, or its consumers stood still. */
const LINE_LOST_MS = 10_000;

/** Whether no stretch of `perSeconds` may have more than the limit, not even a tenth. */
export const isExact = ({ limit }: RateLimit): boolean => limit < ONE_SAVED_IN;

/** Time between two tokens, ms: whole for a limit that is kept exactly. */
export function intervalMs(rate: RateLimit): number {
  const interval = (rate.perSeconds * 1000) / rate.limit;
  return isExact(rate) ? Math.ceil(interval) : interval;
}

/**
 * Draws tokens for a batch. Pure.
 *
 * Tokens fall due one every `perSeconds / limit`; who gets one that is not due yet is held back until it is. Whoever gets
 * none is promised a turn behind all others, spaced at the same rate, so that waiting jobs do not come back all at once.
 * The turn is a time to ask again, not a token: whoever finds it taken (by a retry, say) goes to the end of the queue.
 *
 * @param found the bucket as it stands, perhaps by another limit; undefined if there is none yet
 */
export function draw(found: Bucket | undefined, rate: RateLimit, asked: Draw): Drawn {
  const { nowMs, holdMs, returning, first } = asked;
  const interval = intervalMs(rate);
  const bucket = found && respaced(found, interval, nowMs);
  const saved = nowMs - Math.floor(rate.limit / ONE_SAVED_IN) * interval;
  const nextAt = Math.max(bucket?.nextAt ?? saved, saved);
  const lineEndsAt = bucket === undefined || isLost(found, interval, nowMs) ? nowMs : bucket.lineEndsAt;
  const due = Math.max(0, Math.floor((nowMs + holdMs - nextAt) / interval) + 1);
  const grants = {
    returning: Math.min(returning, due),
    first: lineEndsAt > nowMs + holdMs ? 0 : Math.min(first, Math.max(0, due - returning)),
  };
  const granted = grants.returning + grants.first;
  const waiting = returning + first - granted;
  const after = nextAt + granted * interval;
  const behind = Math.max(lineEndsAt, after);
  return {
    bucket: {
      version: (bucket?.version ?? 0) + 1,
      nextAt: after,
      lineEndsAt: waiting > 0 ? behind + waiting * interval : lineEndsAt,
      intervalMs: interval,
    },
    grants,
    // All at once, when the last one may: so their begins are one call. A small limit is kept exactly instead.
    startsAt: Array.from({ length: granted }, (_, i) => (isExact(rate) ? nextAt + i * interval : after - interval)),
    // SQS hides messages for whole seconds, rounded up: half a hold early, they come back around their turn.
    turns: Array.from({ length: waiting }, (_, i) => Math.max(nowMs, behind + i * interval - holdMs / 2)),
  };
}

const isLost = (found: Bucket | undefined, interval: number, nowMs: number): boolean =>
  found !== undefined && found.nextAt < nowMs - LINE_LOST_MS - 2 * (found.intervalMs ?? interval);

/** A bucket in the terms of the limit that holds now: the last token stays where it was, and the line as many jobs long. */
function respaced(found: Bucket, interval: number, nowMs: number): Bucket {
  const { intervalMs: before = interval } = found;
  if (before === interval) return found;
  const nextAt = found.nextAt - before + interval;
  const inLine = Math.max(0, found.lineEndsAt - Math.max(nowMs, found.nextAt)) / before;
  return { ...found, nextAt, lineEndsAt: Math.max(nowMs, nextAt) + inLine * interval };
}
