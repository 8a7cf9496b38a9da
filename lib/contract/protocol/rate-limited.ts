import type { BeginStep } from './begin.ts';
import type { BeginFacts } from './begun-item.ts';
import { isWaiting, type JobItem } from './job-item.ts';
import { ASK_AGAIN, IN_PLACE_MS } from './timing.ts';
import { waitOrPark } from './wait-or-park.ts';

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
  if (turn.at <= nowMs || turn.intervalMs === intervalMs) return turn.at;
  const atMs = nowMs + ((turn.at - nowMs) * intervalMs) / turn.intervalMs;
  // A wait in place writes no turn: it would be halved again and again, and never come.
  return atMs > nowMs + IN_PLACE_MS ? atMs : undefined;
}

/**
 * Row `limited`: the step would start an attempt, and its type is over its rate limit. The job waits without an attempt, as in
 * {@link waitOrPark}. A parked job whose turn is far ahead asks again before it, for the limit may have changed.
 *
 * @param step what begin chose
 */
export function limited(facts: BeginFacts, step: BeginStep, { atMs: untilMs, intervalMs }: Turn): BeginStep {
  const waitMs = untilMs - facts.nowMs;
  // Lists are sorted by whole milliseconds.
  const dueAt = Math.ceil(facts.nowMs + Math.min(waitMs, Math.max(ASK_AGAIN.afterMs, waitMs * ASK_AGAIN.orPart)));
  const turn = { at: untilMs, intervalMs, askAt: dueAt };
  return waitOrPark(facts, step, { row: 'limited', untilMs, dueAt, noted: { turn } });
}
