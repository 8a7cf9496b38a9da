import { toAttribute, toItem } from '../../aws/marshal.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import {
  type Bucket,
  bucketId,
  type Draw,
  type Drawn,
  draw,
  intervalMs,
  isExact,
  type RateLimit,
} from '../../contract/definition/rate-limit.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { type Turn, turnOf } from '../../contract/protocol/rate-limited.ts';
import { LEASE_BEYOND_END_MS, SETTLE_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import { gather, type Waiting } from '../calls/gather.ts';
import type { Statement, Writer } from '../calls/writes.ts';
import { type Clock, sleep } from '../clock.ts';

/** Whether a job may begin now, or when it may ask again. */
export type Answer = { readonly kind: 'now' } | ({ readonly kind: 'later' } & Turn);

/** Holds all consumers of a job type together to its rate. */
export interface RateLimiter {
  /**
   * Asks for a token. Jobs that ask in the same turn of the event loop share one write, whatever their number. A job whose
   * token falls due within a second is held back until then.
   *
   * @param returning    whether the job has waited before
   * @param item         of the job: a turn that it was promised, and that is not near, is kept without a write
   * @param leaseUntilMs of the attempt that would begin: no job is held back so long that its timeout would not be left
   * @throws WriteError if the table did not answer
   */
  take(asked: {
    readonly returning: boolean;
    readonly item: JobItem | undefined;
    readonly leaseUntilMs: number;
  }): Promise<Answer>;
  /** The token was not needed: the next one that asks in this process gets it, if the limit allows it so late. */
  giveBack(): void;
}

export interface RateLimiterDeps {
  readonly table: string;
  readonly writer: Writer;
  readonly clock: Clock;
}

/** Longest time that a job is held back in its process, which costs: SQS cannot hide a message for less than a second. */
const HOLD_MS = 1000;
/** Tries while other processes write the bucket at the same time; then all that ask come back later. */
const MAX_TRIES = 8;
const BUSY_MS = 2000;
/** A bucket that no job draws from any more expires. */
const KEPT_SECONDS = 24 * 3600;

interface Asked {
  readonly returning: boolean;
  readonly latestMs: number;
}

type Asking = Waiting<Asked, Answer>;

export function makeRateLimiter(
  { type, timeoutSeconds }: Pick<JobDefinition, 'type' | 'timeoutSeconds'>,
  rate: RateLimit,
  deps: RateLimiterDeps,
): RateLimiter {
  const { clock } = deps;
  const bucket = makeBucket(bucketId(type), rate, deps);
  let spare: number[] = [];
  const send = async (all: Asking[]): Promise<void> => {
    const kept = spare.filter((untilMs) => untilMs >= clock.now()).slice(0, all.length);
    spare = [];
    for (const { resolve } of all.slice(0, kept.length)) resolve({ kind: 'now' });
    if (all.length > kept.length) await answer(all.slice(kept.length), bucket, clock);
  };
  const take = gather<Asked, Answer>({ fits: () => true, send });
  return {
    async take({ returning, item, leaseUntilMs }) {
      const nowMs = clock.now();
      const atMs = turnOf(item, nowMs, intervalMs(rate)) ?? nowMs;
      if (atMs > nowMs + HOLD_MS) return { kind: 'later', atMs, intervalMs: intervalMs(rate) };
      const endsAtMs = leaseUntilMs - LEASE_BEYOND_END_MS - SETTLE_BEFORE_END_MS;
      return take({ returning, latestMs: endsAtMs - timeoutSeconds * 1000 });
    },
    giveBack() {
      if (isExact(rate)) bucket.giveBack();
      else spare.push(clock.now() + HOLD_MS);
    },
  };
}

async function answer(all: readonly Asking[], bucket: BucketItem, clock: Clock): Promise<void> {
  const nowMs = clock.now();
  const [returning, first] = [all.filter((one) => one.returning), all.filter((one) => !one.returning)];
  const holdMs = Math.max(0, Math.min(HOLD_MS, ...all.map(({ latestMs }) => latestMs - nowMs)));
  const drawn = await bucket.draw({ nowMs, holdMs, returning: returning.length, first: first.length });
  const { grants, startsAt, turns } = drawn ?? { grants: { returning: 0, first: 0 }, startsAt: [], turns: [] };
  const granted = [...returning.slice(0, grants.returning), ...first.slice(0, grants.first)];
  const others = [...returning.slice(grants.returning), ...first.slice(grants.first)];
  for (const [i, { resolve }] of granted.entries()) {
    const waitMs = (startsAt[i] ?? 0) - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs);
    resolve({ kind: 'now' });
  }
  // Then the others: of two copies in one batch, the one that may run comes first.
  for (const [i, { resolve }] of others.entries()) {
    resolve({ kind: 'later', atMs: turns[i] ?? nowMs + BUSY_MS, intervalMs: bucket.intervalMs });
  }
}

/** The bucket as this process knows it. */
interface BucketItem {
  readonly intervalMs: number;
  /** @returns undefined if other processes were faster each time */
  draw(asked: Draw): Promise<Drawn | undefined>;
  /** The last token was not used. If another process drew since, or tokens come more than one at once, it is lost. */
  giveBack(): void;
}

/** Draws by conditional writes, from the state that the last write or its refusal reported. */
function makeBucket(id: string, rate: RateLimit, { table, writer }: RateLimiterDeps): BucketItem {
  let known: Bucket | undefined;
  let exists = true;
  const interval = intervalMs(rate);
  return {
    intervalMs: interval,
    async draw(asked) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const drawn = draw(known, rate, asked);
        const statement = exists ? update(table, id, { known, next: drawn.bucket }) : insert(table, id, drawn.bucket);
        const result = await writer(statement);
        if (result.kind === 'written') {
          known = drawn.bucket;
          exists = true;
          return drawn;
        }
        known = result.kind === 'refused' && result.old !== undefined ? toItem<Bucket>(result.old) : undefined;
        exists = result.kind !== 'refused' || result.old !== undefined;
      }
      return undefined;
    },
    giveBack() {
      // The next write is fenced on the version: it holds only if this process was the last to draw.
      if (known !== undefined && interval > HOLD_MS) known = { ...known, nextAt: known.nextAt - interval };
    },
  };
}

/** No bucket has it: the write is refused, and the refusal reports the state. So no right to read is needed. */
const UNKNOWN_VERSION = -1;

function update(
  table: string,
  id: string,
  { known, next }: { known: Bucket | undefined; next: Required<Bucket> },
): Statement {
  const fields = attributes(next);
  const sets = Object.keys(fields).map((name) => `SET "${name}" = ?`);
  return {
    text: `UPDATE "${table}" ${sets.join(' ')} WHERE "id" = ? AND "version" = ?`,
    parameters: [...Object.values(fields), id, known?.version ?? UNKNOWN_VERSION].map(toAttribute),
    item: id,
  };
}

function insert(table: string, id: string, next: Required<Bucket>): Statement {
  const fields = { id, ...attributes(next) };
  return {
    text: `INSERT INTO "${table}" VALUE {${Object.keys(fields)
      .map((name) => `'${name}': ?`)
      .join(', ')}}`,
    parameters: Object.values(fields).map(toAttribute),
    item: id,
  };
}

function attributes({ version, nextAt, lineEndsAt, intervalMs: interval }: Required<Bucket>) {
  const expiration = Math.ceil(Math.max(nextAt, lineEndsAt) / 1000) + KEPT_SECONDS;
  return { version, nextAt, lineEndsAt, intervalMs: interval, expiration };
}
