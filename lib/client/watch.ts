import { isDeepStrictEqual } from 'node:util';
import { isOfNewer } from '../contract/protocol/schema.ts';
import { type JobName, NewerJobError } from './change-job.ts';
import {
  CancelledJobError,
  DeadJobError,
  ExpiredJobError,
  GoneJobError,
  JobTableError,
  WaitTimeoutError,
} from './errors.ts';
import type { Look } from './looks.ts';
import { isEnded, type JobState, stateOf, UNKNOWN } from './state.ts';

/** What bounds a wait. */
export interface WaitOptions {
  /** Once it is aborted, the wait rejects with its reason. Nothing happens to the job. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, 1 to 1,209,600,000 (14 days, SQS's longest retention). @default 900,000: 15 minutes, a Lambda function's longest run */
  readonly timeoutMs?: number | undefined;
}

const MAX_TIMEOUT_MS = 14 * 24 * 3600 * 1000;
const TIMEOUT_MS = 15 * 60 * 1000;

/** Longer each time: 0.2 s, 0.3 s, …, 5 s from the ninth on. */
const FIRST_PAUSE_MS = 200;
const PAUSE_FACTOR = 1.5;
const MAX_PAUSE_MS = 5000;

/** Looks at a job once. @throws NewerJobError if a newer version of Sluice wrote it */
export async function stateNow(look: Look, job: JobName, time?: Parameters<Look>[1]): Promise<JobState> {
  const item = await look(job, time);
  if (item !== undefined && isOfNewer(item)) throw new NewerJobError(job, item);
  return stateOf(item, Date.now());
}

/** A job, and what of it is looked for. */
export interface WatchedJob extends JobName {
  /** `progress`: what is new is looked for often after a progress, too. */
  readonly awaits: 'end' | 'progress';
  /** The stage's full name. @throws RangeError if it is no name */
  readonly stage: () => string;
}

/**
 * Looks at a job again and again, and yields how it stands each time that this is new, up to its end. What a look meets that passes
 * (throttling, a lost connection) is met by the next look.
 *
 * @throws WaitTimeoutError, GoneJobError, NewerJobError, JobTableError, the signal's reason
 */
export async function* watch(look: Look, job: WatchedJob, options: WaitOptions): AsyncGenerator<JobState, void> {
  const { timeoutMs = TIMEOUT_MS } = options;
  const stage = job.stage();
  let state: JobState = UNKNOWN;
  let fault: unknown;
  const timedOut = new AbortController();
  const end = () => timedOut.abort(new WaitTimeoutError(job, { state, stage, timeoutMs, cause: fault }));
  const timer = setTimeout(end, timeoutMs);
  const signal = AbortSignal.any([timedOut.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    for (let pauseMs = 0; !isEnded(state); pauseMs = longer(pauseMs)) {
      const before: JobState = state;
      try {
        state = await stateNow(look, job, { pauseMs, signal });
        fault = undefined;
      } catch (error) {
        if (!(error instanceof JobTableError && error.isTransient)) throw error;
        fault = error;
      }
      if (isDeepStrictEqual(state, before)) continue;
      if (state.status === 'unknown') throw new GoneJobError(job, before);
      yield state;
      if (state.status !== before.status || job.awaits === 'progress') pauseMs = 0;
    }
  } finally {
    clearTimeout(timer);
  }
}

const longer = (pauseMs: number): number =>
  pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(pauseMs * PAUSE_FACTOR, MAX_PAUSE_MS);

/** What the job ended with. @throws DeadJobError, CancelledJobError, ExpiredJobError, and what the states throw */
export async function resultOf(job: JobName, states: AsyncIterable<JobState>): Promise<unknown> {
  let last: JobState = UNKNOWN;
  for await (const state of states) last = state;
  if (last.status === 'DEAD') throw new DeadJobError(job, last);
  if (last.status === 'CANCELLED') throw new CancelledJobError(job);
  if (last.status === 'EXPIRED') throw new ExpiredJobError(job, last);
  return last.status === 'COMPLETED' ? last.result : undefined;
}

/** Each progress that is new. @throws what the states throw */
export async function* progressOf(states: AsyncIterable<JobState>): AsyncGenerator<unknown, void> {
  let last: unknown;
  for await (const { progress } of states) {
    if (progress === undefined || isDeepStrictEqual(progress, last)) continue;
    last = progress;
    yield progress;
  }
}

/** @throws RangeError quoting the range and the value */
export function checkTimeout({ timeoutMs }: WaitOptions): void {
  if (timeoutMs === undefined || (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) return;
  throw new RangeError(`timeoutMs must be a whole number, 1 to ${MAX_TIMEOUT_MS} (14 days), got ${timeoutMs}`);
}
