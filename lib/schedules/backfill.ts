import type { ProducerSqs } from '../aws/producer-ports.ts';
import type { StoredSchedule } from '../aws/scheduler.ts';
import { ENVELOPE_PATTERNS } from '../contract/envelope.ts';
import { iso } from '../contract/protocol/timing.ts';
import { type JobResult, sendMany } from '../producer/send-many.ts';
import type { TryLimits } from '../producer/tries.ts';
import { ScheduleError } from './errors.ts';
import { rateMs, ticksAfter } from './expression.ts';
import { bodyOf, tickId } from './message.ts';
import { countTicks, timingOf } from './record.ts';

/** Which ticks are sent. */
export interface BackfillOptions {
  /** The first time; text is ISO 8601 with a zone. A tick at it is in. */
  readonly from: Date | string;
  /** The last time, at most now. A tick at it is in. @default now */
  readonly to?: Date | string | undefined;
  /** Ticks at most, 1 to 100,000: with more, nothing is sent. @default 1,000 */
  readonly limit?: number | undefined;
  /** Whether they are counted alone, and nothing is sent. @default false */
  readonly dryRun?: boolean | undefined;
  /** Once it is aborted, nothing is sent any more: the result says how many were. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the ticks. */
export interface Backfilled {
  readonly ticks: number;
  /** A dry count found more than `limit`. */
  readonly more?: true;
  /** Absent of a dry count. Those of ticks whose jobs ran are duplicates, which run nothing. */
  readonly sent?: number;
  /** SQS did not take them, or may not have taken them: do it again, each job runs once. */
  readonly failed?: number;
  /** Why, of the first that failed. */
  readonly why?: string;
  /** Why the jobs of ticks that ran would run again: an emulator gives ticks no time. */
  readonly caution?: string;
}

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 100_000;
const CALLS_AT_ONCE = 10;

/** A schedule, and where its jobs go. */
export interface BackfillTarget {
  readonly type: string;
  readonly name: string;
  readonly stored: StoredSchedule;
  readonly sqs: ProducerSqs;
  readonly findQueue: () => Promise<string>;
  readonly limits: TryLimits;
  readonly nowMs: number;
}

/** @throws ScheduleError for a time or limit out of range, more ticks than that, or a rate; SendError without its queue */
export async function backfill(target: BackfillTarget, options: BackfillOptions): Promise<Backfilled> {
  const { limit = DEFAULT_LIMIT, dryRun = false, signal } = options;
  const timing = timingOf(target.stored);
  const { fromMs, toMs } = checkedRange(options, target.nowMs);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new ScheduleError(`limit must be a whole number, 1 to ${MAX_LIMIT}, got ${limit}`);
  }
  if (rateMs(timing.expression) !== undefined) {
    throw new ScheduleError(
      `${timing.expression} has no times that can be made up for, since AWS counts it from when it was made: put it as a cron, as cron(0/5 * * * ? *)`,
    );
  }
  const afterMs = fromMs - 1;
  const { count: ticks, more } = countTicks(timing, { afterMs, toMs, max: limit });
  if (dryRun) return { ticks, ...(more && { more }) };
  if (more) {
    throw new ScheduleError(
      `there are more than ${limit} ticks from ${iso(fromMs)} to ${iso(toMs)}: choose a shorter time, or a limit of up to ${MAX_LIMIT}`,
    );
  }
  const counts: Counts = { sent: 0, failed: 0 };
  if (ticks === 0) return { ticks, ...counts };
  const jobs = jobsOf(target, { times: ticksAfter(timing, afterMs), toMs, signal });
  const { sqs, limits } = target;
  const deps = { sqs, limits: { ...limits, signal }, payloads: undefined, callsAtOnce: CALLS_AT_ONCE };
  await sendMany(jobs, { ...deps, queueUrl: await target.findQueue(), done: (_, result) => note(counts, result) });
  return { ticks, ...counts };
}

interface Counts {
  sent: number;
  failed: number;
  why?: string;
}

function note(counts: Counts, result: JobResult): void {
  if (result.status === 'sent') counts.sent += 1;
  else {
    counts.failed += 1;
    counts.why ??= result.error.message;
  }
}

interface Times {
  readonly times: Iterable<number>;
  readonly toMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Written as they are asked for, so that a hundred thousand need not be in memory. */
function* jobsOf({ type, name, stored, nowMs }: BackfillTarget, { times, toMs, signal }: Times) {
  let place = 0;
  for (const atMs of times) {
    if (atMs > toMs || signal?.aborted === true) return;
    const id = tickId(name, atMs);
    const MessageBody = bodyOf(stored.Target?.Input ?? '', { id, type, nowMs });
    const bytes = Buffer.byteLength(MessageBody);
    yield { place: place++, job: { jobId: id, givenKey: id, bytes, message: { MessageBody } } };
  }
}

function checkedRange({ from, to }: BackfillOptions, nowMs: number): { fromMs: number; toMs: number } {
  const fromMs = checkedTime('from', from);
  const toMs = to === undefined ? nowMs : checkedTime('to', to);
  if (toMs > nowMs) throw new ScheduleError(`to must be at most now, got ${iso(toMs)}: later ticks come by themselves`);
  if (fromMs > toMs) throw new ScheduleError(`from must be before to, got ${iso(fromMs)} and ${iso(toMs)}`);
  return { fromMs, toMs };
}

/** Epoch ms. @throws ScheduleError unless it is a time */
export function checkedTime(name: string, given: Date | string): number {
  const ms =
    given instanceof Date ? given.getTime() : ENVELOPE_PATTERNS.time.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const got = given instanceof Date ? 'an invalid Date' : JSON.stringify(given);
  throw new ScheduleError(`${name} must be a time in ISO 8601 with a zone, as 2026-01-31T09:00:00Z, got ${got}`);
}
