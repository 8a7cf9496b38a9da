import type { BeginStep } from './begin.ts';
import { type BeginFacts, newItem, scheduled } from './begun-item.ts';
import { unfinishedExpiration } from './expiration.ts';
import { untilDeadline } from './expiring.ts';
import { insert, update } from './item-write.ts';
import { dueList, fitsAnItem, isWaiting, type JobItem, parkedEnvelope } from './job-item.ts';
import { ASK_AGAIN, IN_PLACE_MS } from './timing.ts';

/** Whether a step needs a token of its type's rate limit: it starts an attempt. */
export const needsToken = ({ action, row }: BeginStep): boolean => action === 'run' && row !== 'leased';

/** When a job may ask for a token again, by a rate that has so many ms between two tokens. */
export interface Turn {
  /** Epoch ms. */
  readonly atMs: number;
  readonly intervalMs: number;
}

/**
 * The turn that a waiting job was promised, at the rate that holds now: as many tokens ahead as it was. None is kept for a
 * job that waits for something else since, or was sent by an operator.
 *
 * @returns epoch ms
 */
export function turnOf(item: JobItem | undefined, nowMs: number, intervalMs: number): number | undefined {
  const { turn } = item ?? {};
  if (item === undefined || turn === undefined || !isWaiting(item) || turn.askAt !== item.dueAt) return undefined;
  return turn.at <= nowMs ? turn.at : nowMs + ((turn.at - nowMs) * intervalMs) / turn.intervalMs;
}

/**
 * Row `limited`: the step would start an attempt, and its type is over its rate limit. The job waits without an attempt:
 * in place up to 60 s, parked beyond, where it waits already or is new. A stalled job and a redrive wait in place, as
 * they are. A parked job whose turn is far ahead asks again before it, for the limit may have changed. No wait goes beyond the
 * job's deadline.
 *
 * @param step what begin chose
 */
export function limited(facts: BeginFacts, step: BeginStep, { atMs, intervalMs }: Turn): BeginStep {
  const { item, message, nowMs } = facts;
  const untilMs = untilDeadline(facts, atMs);
  const parks = untilMs > nowMs + IN_PLACE_MS && fitsAnItem(message);
  if (!parks || (item !== undefined && step.row !== 'due')) return { row: 'limited', action: 'wait', untilMs };
  // Lists are sorted by whole milliseconds.
  const dueAt = Math.ceil(
    nowMs + Math.min(untilMs - nowMs, Math.max(ASK_AGAIN.afterMs, (untilMs - nowMs) * ASK_AGAIN.orPart)),
  );
  const turn = { at: atMs, intervalMs, askAt: dueAt };
  if (item === undefined) {
    return { row: 'limited', action: 'ack', write: insert({ ...newItem(facts), ...scheduled(facts, dueAt), turn }) };
  }
  const list = { dueAt, turn, envelope: parkedEnvelope(message), listKey: dueList(item.id), listAt: dueAt };
  const set = { ...list, expiration: unfinishedExpiration(facts, dueAt) };
  // Cancelled since it was read, it ends in the next round, and does not wait for its turn.
  return { row: 'limited', action: 'ack', write: { ...update(item, { set }), absent: ['cancelRequested'] } };
}
