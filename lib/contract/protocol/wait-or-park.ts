import type { BeginStep } from './begin.ts';
import { type BeginFacts, newItem, scheduled } from './begun-item.ts';
import { unfinishedExpiration } from './expiration.ts';
import { untilDeadline } from './expiring.ts';
import { insert, update } from './item-write.ts';
import { dueList, fitsAnItem, type JobItem, parkedEnvelope } from './job-item.ts';
import { IN_PLACE_MS } from './timing.ts';

/** Whether a step starts an attempt, which its type's rate limit or circuit breaker may forbid. */
export const startsAttempt = ({ action, row }: BeginStep): boolean => action === 'run' && row !== 'leased';

/** Until when a job waits, and by which row. */
export interface Forbidden {
  readonly row: 'limited' | 'withheld';
  /** Epoch ms. */
  readonly untilMs: number;
  /** When it asks again if it is parked: whole epoch ms. */
  readonly dueAt: number;
  /** What a parked item keeps of it. */
  readonly noted?: Pick<JobItem, 'turn'>;
}

/**
 * Rows `limited` and `withheld`: the step would start an attempt, and must not. The job waits without one: in place up to 60 s,
 * parked beyond, where it waits already or is new. A stalled job and a redrive wait in place, as they are. No
 * wait goes beyond the job's deadline.
 *
 * @param step what begin chose
 */
export function waitOrPark(facts: BeginFacts, step: BeginStep, { row, noted, ...asked }: Forbidden): BeginStep {
  const { item, message, nowMs } = facts;
  const untilMs = untilDeadline(facts, asked.untilMs);
  const dueAt = Math.min(asked.dueAt, Math.ceil(untilMs));
  const parks = untilMs > nowMs + IN_PLACE_MS && fitsAnItem(message);
  if (!parks || (item !== undefined && step.row !== 'due')) return { row, action: 'wait', untilMs };
  if (item === undefined) {
    return { row, action: 'ack', write: insert({ ...newItem(facts), ...scheduled(facts, dueAt), ...noted }) };
  }
  const list = { dueAt, ...noted, envelope: parkedEnvelope(message), listKey: dueList(item.id), listAt: dueAt };
  const set = { ...list, expiration: unfinishedExpiration(facts, dueAt) };
  // Cancelled since it was read, it ends in the next round, and does not wait for its turn.
  return { row, action: 'ack', write: { ...update(item, { set }), absent: ['cancelRequested'] } };
}
