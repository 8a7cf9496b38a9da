import { type BeginFacts, type BeginStep, newItem, scheduled } from './begin.ts';
import { unfinishedExpiration } from './expiration.ts';
import { insert, update } from './item-write.ts';
import { dueList, fitsAnItem, parkedEnvelope } from './job-item.ts';
import { IN_PLACE_MS } from './timing.ts';

/** Whether a step needs a token of its type's rate limit: it starts an attempt. */
export const needsToken = ({ action, row }: BeginStep): boolean => action === 'run' && row !== 'leased';

/**
 * Row `limited`: the step would start an attempt, and its type is over its rate limit. The job waits without an attempt:
 * in place up to 60 s, parked beyond, where it waits already or is new. A stalled job and a redrive wait in place, as
 * they are.
 *
 * @param step    what begin chose
 * @param untilMs when the job may ask again, epoch ms
 */
export function limited(facts: BeginFacts, step: BeginStep, untilMs: number): BeginStep {
  const { item, message, nowMs } = facts;
  const parks = untilMs > nowMs + IN_PLACE_MS && fitsAnItem(message);
  if (!parks || (item !== undefined && step.row !== 'due')) return { row: 'limited', action: 'wait', untilMs };
  // Lists are sorted by whole milliseconds.
  const dueAt = Math.ceil(untilMs);
  if (item === undefined) {
    return { row: 'limited', action: 'ack', write: insert({ ...newItem(facts), ...scheduled(facts, dueAt) }) };
  }
  const list = { dueAt, envelope: parkedEnvelope(message), listKey: dueList(item.id), listAt: dueAt };
  const set = { ...list, expiration: unfinishedExpiration(facts, dueAt) };
  return { row: 'limited', action: 'ack', write: update(item, { set }) };
}
