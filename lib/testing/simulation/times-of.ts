import { iso } from '../../contract/protocol/timing.ts';
import type { Outgoing } from './model.ts';

/** When a job is to run, and by when. */
export function timesOf({ runAtMs, startBeforeMs, endBeforeMs }: Outgoing): Record<string, string> {
  const times = { runAt: runAtMs, startBefore: startBeforeMs, endBefore: endBeforeMs };
  const given = Object.entries(times).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, iso(ms)] as const]));
  return Object.fromEntries(given);
}
