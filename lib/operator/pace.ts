import { nowOf, pause, type Stage } from './aws.ts';

/** How fast work may go. */
export interface Pace {
  readonly perSecond: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Spreads work over time, that of several workers together.
 *
 * @returns waits until so many may be begun; an abort ends the wait
 */
export function makePacer(
  clock: Pick<Stage, 'now' | 'sleep'>,
  { perSecond, signal }: Pace,
): (count: number) => Promise<void> {
  let nextAtMs = 0;
  return async (count) => {
    const nowMs = nowOf(clock);
    const startMs = Math.max(nowMs, nextAtMs);
    nextAtMs = startMs + (count / perSecond) * 1000;
    if (startMs > nowMs) await pause(clock, startMs - nowMs, signal);
  };
}
