import { type BeginFacts, dead, newItem, newRun } from './begun-item.ts';
import { earlier, startBeforeOf } from './deadlines.ts';
import { endExpiration } from './expiration.ts';
import { type ItemWrite, insert, update } from './item-write.ts';
import type { JobItem } from './job-item.ts';
import { isOfFlow } from './message.ts';
import { isRedrive } from './refused-body.ts';
import type { Failure } from './settle.ts';
import { EARLY_MS, iso } from './timing.ts';

/** Jobs that expire: until when a job may begin, and until when its attempts may start. */

/** What a job's deadlines are told by. */
type Facts = Pick<BeginFacts, 'item' | 'message' | 'startWithinSeconds'>;

/** Epoch ms; undefined: there is none. */
interface Deadlines {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/**
 * What the item keeps comes before what a later message of the job says. A redrive has its own `endBefore`, and may begin
 * whenever it comes.
 */
function deadlinesOf(facts: Facts): Deadlines {
  const { item, message } = facts;
  if (item === undefined) return { start: startBeforeOf(facts), end: message.endBeforeMs };
  if (isRedrive(message, item)) return { end: message.endBeforeMs };
  return { start: item.processedAt === undefined ? item.startBefore : undefined, end: item.endBefore };
}

/**
 * Cuts a wait to the job's deadline, so that it ends in time. A job may begin {@link EARLY_MS} before it is due: it is due so
 * much after its deadline that the cut never makes it begin early.
 *
 * @param untilMs epoch ms
 */
export function untilDeadline(facts: Facts, untilMs: number): number {
  const { start, end } = deadlinesOf(facts);
  const deadline = earlier(start, end);
  return deadline === undefined ? untilMs : Math.min(untilMs, deadline + EARLY_MS);
}

/** Cuts the wait after a failed attempt to the job's `endBefore`. */
export function failWithin(failure: Failure, { endBefore }: JobItem, nowMs: number): Failure {
  if (endBefore === undefined || failure.kind === 'dead') return failure;
  return { ...failure, delayMs: Math.max(0, Math.min(failure.delayMs, endBefore + EARLY_MS - nowMs)) };
}

/**
 * Rows `expired` and, of a type with `expired: 'deadLetter'`, `diedExpired`, of a job of which an attempt would start.
 *
 * @returns undefined if it may start
 */
export function expire(facts: BeginFacts) {
  const { start, end } = deadlinesOf(facts);
  const deadline = earlier(start, end);
  if (deadline === undefined || deadline > facts.nowMs) return undefined;
  const message =
    deadline === end ? `no attempt may start from ${iso(end)} on` : `it had not begun before ${iso(deadline)}`;
  const error = { name: 'JobExpiredError', message };
  if (facts.expired === 'deadLetter') {
    const write = writeOf(facts, dead(facts, { reason: 'Expired', error }));
    return { row: 'diedExpired', action: 'deadLetter', write } as const;
  }
  const expiration = endExpiration(facts, facts.nowMs, isOfFlow(facts.message));
  const ended = { status: 'EXPIRED', reason: 'Expired', error, failedAt: iso(facts.nowMs), expiration } as const;
  return { row: 'expired', action: 'ack', write: writeOf(facts, ended) } as const;
}

function writeOf(facts: BeginFacts, end: Partial<JobItem> & Pick<JobItem, 'status' | 'expiration'>): ItemWrite {
  const { item, message } = facts;
  if (item === undefined) return insert({ ...newItem(facts), ...end });
  // What it has of its wait, or of an earlier death.
  const before = ['dueAt', 'envelope', 'listKey', 'listAt', 'undelivered'] as const;
  const remove = before.filter((name) => !(name in end));
  // Cancelled since it was read, it ends so in the next round.
  if (!isRedrive(message, item)) return { ...update(item, { set: end, remove }), absent: ['cancelRequested'] };
  const run = { ...newRun(facts, item), maxAttempts: message.maxAttempts, attempts: 0 };
  return update(item, { set: { ...run, ...end }, remove: [...remove, 'cancelRequested'] });
}
