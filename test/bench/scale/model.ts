import { retryDelayMs } from '../../../lib/contract/definition/retry-policy.ts';
import { IN_PLACE_MS } from '../../../lib/contract/protocol/timing.ts';
import { capacityOf, makeTally, type Outage, type OutageOptions } from './outage.ts';

/** How a job waits. */
const [IN_PLACE, PARKED] = [1, 2];

/**
 * The contract's own policy and its rule of what waits in place and what is parked, for every job; the engine and AWS are
 * reduced to their timing: a retry starts on the second it is due (npm run bench, precision), as far as there is room.
 * What the engine makes of the same is `engineOutage`.
 */
export function modelOutage(options: OutageOptions): Outage {
  const { jobs, arrivedBy, outage, policy, random } = options;
  const isOut = (second: number) => second >= outage.fromSecond && second < outage.untilSecond;
  const capacity = capacityOf(options);
  const tally = makeTally(options);
  const { seen } = tally;
  const attempts = new Uint8Array(jobs);
  const held = new Uint8Array(jobs);
  const isInPlace = (job: number) => held[job] === IN_PLACE;
  const dueAt = new Map<number, number[]>();
  const waiting: number[] = [];
  let [arrived, inPlace, parked] = [0, 0, 0];
  for (let second = 0; arrived < jobs || dueAt.size > 0 || waiting.length > 0; second++) {
    const due = dueAt.get(second) ?? [];
    dueAt.delete(second);
    for (const job of due) {
      if (isInPlace(job)) inPlace--;
      else parked--;
      waiting.push(job);
    }
    const until = arrivedBy(second + 1);
    tally.arrived(second, until - arrived);
    while (arrived < until) waiting.push(arrived++);
    const begun = waiting.splice(0, capacity);
    for (const job of begun) perform(job, second);
    seen.peakInFlight = Math.max(seen.peakInFlight, inPlace + begun.length);
    seen.peakParked = Math.max(seen.peakParked, parked);
  }
  return tally.outage();

  function perform(job: number, second: number): void {
    attempts[job] = (attempts[job] ?? 0) + 1;
    const made = attempts[job];
    tally.started(second, made);
    if (!isOut(second)) {
      tally.ended('completed', second, made);
      return;
    }
    seen.failed += 1;
    if (made >= policy.maxAttempts) tally.ended('dead', second, made);
    else wait(job, { delayMs: retryDelayMs(policy.backoff, made, random()), second });
  }

  function wait(job: number, { delayMs, second }: { delayMs: number; second: number }): void {
    const at = second + Math.max(1, Math.ceil(delayMs / 1000));
    tally.willRetry(attempts[job] ?? 0, at);
    const all = dueAt.get(at);
    if (all === undefined) dueAt.set(at, [job]);
    else all.push(job);
    held[job] = delayMs <= IN_PLACE_MS ? IN_PLACE : PARKED;
    if (isInPlace(job)) inPlace++;
    else parked++;
  }
}
