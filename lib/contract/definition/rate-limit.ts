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

/** What a draw gives: some may begin at `startAt`, the others wait, each for a turn of its own. */
export interface Drawn {
  readonly bucket: Bucket;
  readonly grants: { readonly returning: number; readonly first: number };
  readonly startAt: number;
  /** When the others may ask again, those that return first. */
  readonly turns: readonly number[];
}

/** Tokens that nobody drew are kept for a tenth of the time, so that no stretch of `perSeconds` has more than 110 %. */
const SAVED = 0.1;
/** A line from which nobody came for so long has gone: its messages were purged, or its consumers stood still. */
const LINE_LOST_MS = 10_000;

/**
 * Draws tokens for a batch. Pure.
 *
 * Tokens fall due one every `perSeconds / limit`; who gets one that is not due yet is held back until it is. Whoever gets
 * none is promised a turn behind all others, spaced at the same rate, so that waiting jobs do not come back all at once.
 * The turn is a time to ask again, not a token: whoever finds it taken (by a retry, say) goes to the end of the queue.
 *
 * @param bucket as it stands; undefined if there is none yet
 */
export function draw(bucket: Bucket | undefined, { limit, perSeconds }: RateLimit, asked: Draw): Drawn {
  const { nowMs, holdMs, returning, first } = asked;
  const interval = (perSeconds * 1000) / limit;
  const saved = nowMs - perSeconds * 1000 * SAVED;
  const nextAt = Math.max(bucket?.nextAt ?? saved, saved);
  const lost = bucket !== undefined && bucket.nextAt < nowMs - LINE_LOST_MS - 2 * interval;
  const lineEndsAt = lost ? nowMs : (bucket?.lineEndsAt ?? nowMs);
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
    },
    grants,
    startAt: granted > 0 ? after - interval : nowMs,
    // SQS hides messages for whole seconds, rounded up: half a hold early, they come back around their turn.
    turns: Array.from({ length: waiting }, (_, i) => Math.max(nowMs, behind + i * interval - holdMs / 2)),
  };
}
