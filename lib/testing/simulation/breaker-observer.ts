import type { CircuitBreaker } from '../../contract/definition/breaker.ts';
import type { BreakerItem } from '../../contract/protocol/breaker-item.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import type { Clock } from '../../engine/clock.ts';

/** Holds a type's circuit breaker against what it promises. */
export interface BreakerObserver {
  /** Looks at the breaker's item: before the jobs', for a probe is let through before it begins. */
  look(): void;
  /** A job's item changed. */
  changed(before: JobItem | undefined, now: JobItem): void;
  /** A job's handler returned. */
  returned(key: string): void;
  /** An operator's `close` is about to be written. */
  operatorCloses(): void;
}

export interface BreakerObserverDeps {
  readonly clock: Clock;
  readonly item: () => BreakerItem | undefined;
  readonly violate: (what: string) => void;
}

/** A time in which the breaker was open, or closing, by what was seen of its item. */
interface Phase {
  readonly sinceMs: number;
  readonly state: BreakerItem['state'];
  /** Starts that it has let through, and those that were seen to begin. */
  granted: number;
  begun: number;
  /** One of its probes has succeeded. */
  isProved: boolean;
  isClosedByOperator: boolean;
}

/** An opening binds what is decided after so long, by any clock. */
const BINDS_MS = 2000 + CLOCK_SKEW_MS;

export function makeBreakerObserver(
  breaker: CircuitBreaker,
  { clock, item, violate }: BreakerObserverDeps,
): BreakerObserver {
  const probeMs = breaker.probeSeconds * 1000;
  let seen: BreakerItem | undefined;
  let phase = phaseOf('closed', clock.now());
  const probing = new Map<string, Phase>();
  return {
    look() {
      const [before, now] = [seen, item()];
      if (JSON.stringify(before) === JSON.stringify(now)) return;
      seen = now;
      if (now === undefined) {
        if (before?.state === 'open') violate('an open breaker is gone');
        phase = phaseOf('closed', clock.now());
        return;
      }
      for (const fault of changeFaults(before, now, { phase, probeMs, nowMs: clock.now() })) violate(fault);
      if (before?.state !== now.state || before.openedAt !== now.openedAt) phase = phaseOf(now.state, clock.now());
      else phase.granted += grantedBy(before, now);
      if (now.state === 'closing' && before?.state !== 'closing') phase.granted = now.taken ?? 0;
    },
    changed(before, now) {
      const { id, jobId, status, runNo } = now;
      const key = keyOf(now);
      if (status === 'INPROGRESS' && (before?.status !== 'INPROGRESS' || before.owner !== now.owner)) {
        probing.delete(key);
        if (phase.state === 'closed' || Date.parse(now.processedAt ?? '') < phase.sinceMs + BINDS_MS) return;
        phase.begun += 1;
        if (phase.state === 'open') probing.set(key, phase);
        if (phase.begun > phase.granted)
          violate(
            `${jobId} begins, the ${phase.begun}. while ${id.split('#')[0]}'s breaker is ${phase.state} and let ${phase.granted} through`,
          );
        return;
      }
      const wasProbe = before?.status === 'INPROGRESS' && before.runNo === runNo && probing.has(key);
      const counts = breaker.errors?.includes(now.error?.name ?? '') ?? true;
      if (wasProbe && counts) for (const fault of probeFaults(before, now)) violate(fault);
    },
    returned(key) {
      const one = probing.get(key);
      if (one !== undefined) one.isProved = true;
    },
    operatorCloses() {
      phase.isClosedByOperator = true;
    },
  };
}

const phaseOf = (state: BreakerItem['state'], sinceMs: number): Phase => ({
  ...{ state, sinceMs, granted: 0, begun: 0, isProved: false, isClosedByOperator: false },
});

/** Starts that a change of the item lets through: a probe, or what was taken of an allowance. */
function grantedBy(before: BreakerItem, now: BreakerItem): number {
  if (now.state === 'open') return before.probe === now.probe ? 0 : 1;
  if (now.state !== 'closing') return 0;
  return before.interval === now.interval ? (now.taken ?? 0) - (before.taken ?? 0) : (now.taken ?? 0);
}

interface Seen {
  readonly phase: Phase;
  readonly probeMs: number;
  readonly nowMs: number;
}

/** What a change of a breaker's item breaks. */
function changeFaults(before: BreakerItem | undefined, now: BreakerItem, seen: Seen): string[] {
  const faults: string[] = [];
  if (before?.state === 'open' && now.state !== 'open') {
    const { isProved, isClosedByOperator } = seen.phase;
    if (!isClosedByOperator && before.by === 'operator') faults.push('the breaker closed that an operator had opened');
    else if (!isClosedByOperator && !isProved) faults.push('the breaker closed, and no probe had succeeded');
  }
  if (before?.state === 'open' && before.by === 'operator' && now.state === 'open' && now.by !== 'operator')
    faults.push('an operator’s open is the rate’s');
  if (
    before?.state === 'open' &&
    now.state === 'open' &&
    before.openedAt === now.openedAt &&
    before.probe !== now.probe
  )
    faults.push(...claimFaults(before, now, seen));
  if (now.state === 'closing' && (now.taken ?? 0) > 2 ** (now.interval ?? 0))
    faults.push(`${now.taken} starts were taken in interval ${now.interval} of closing`);
  const closedMs = seen.nowMs - (before?.closedAt ?? 0);
  if (before?.state === 'closing' && now.state === 'closed' && closedMs < seen.probeMs - CLOCK_SKEW_MS)
    faults.push(`the breaker closed for good after ${closedMs} ms`);
  return faults;
}

function claimFaults(before: BreakerItem, now: BreakerItem, { probeMs, nowMs }: Seen): string[] {
  const { nextProbeAt = Number.POSITIVE_INFINITY } = before;
  if (now.by === 'operator')
    return now.probe === undefined ? [] : ['a probe starts while an operator holds the breaker open'];
  if (nextProbeAt > nowMs + CLOCK_SKEW_MS) return [`a probe starts ${nextProbeAt - nowMs} ms early`];
  const isNext = (now.nextProbeAt ?? 0) >= nextProbeAt + probeMs - CLOCK_SKEW_MS;
  return isNext ? [] : ['a probe starts, and the next one may at once'];
}

/** A probe that fails spends nothing; one that asks to come later is a snooze, one that is shut down is put back. */
function probeFaults(before: JobItem, now: JobItem): string[] {
  const { jobId, error, reason } = now;
  if (now.status === 'DEAD' && reason === 'AttemptsExhausted' && error?.name !== 'SnoozeError')
    return [`${jobId} died of its attempts, and it was a probe`];
  if (now.status !== 'RETRYING') return [];
  if (now.attempts !== before.attempts - 1) return [`${jobId} was a probe, and its attempt counts`];
  const isOwn = error?.name === 'SnoozeError' || error?.name === 'ShutdownError';
  const inRow = now.snoozesInRow + (now.putBacksInRow ?? 0) - before.snoozesInRow - (before.putBacksInRow ?? 0);
  return isOwn || inRow === 0 ? [] : [`${jobId} was a probe, and it counts in a row`];
}
