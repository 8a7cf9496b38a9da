import { isFinished, isWaiting } from '../../../lib/contract/protocol/job-item.ts';
import { LOOK_AHEAD_MS } from '../../../lib/contract/protocol/timing.ts';
import { endOf } from './replay.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** What is late comes within this. */
const LATE_MS = 3600 * 1000;

interface Passing {
  readonly world: World;
  readonly add: (label: string, change: (state: State) => void) => void;
}

/**
 * Time passes to the next moment at which something can be otherwise: a message becomes visible, a lease or a timer ends, a
 * parked job comes near. It does not pass while somebody has something to do who is not frozen: a machine is fast, an item's
 * moments are seconds apart.
 */
export function pass(state: State, { world, add }: Passing): void {
  if (isBusy(state, world)) return;
  const times = [...moments(state, world)].filter((ms) => ms > state.nowMs);
  const isLeap = times.length === 0;
  const ends = isLeap && state.left.expiries > 0 && state.lateId === 0 ? expirations(state, world) : [];
  const untilMs = Math.min(...times, ...ends);
  if (!Number.isFinite(untilMs)) return;
  if (state.lateId !== 0 && untilMs > state.nowMs + LATE_MS) return;
  add(`${(untilMs - state.nowMs) / 1000} s pass`, (next) => {
    if (isLeap) next.left.expiries -= 1;
    next.nowMs = untilMs;
    wake(next, world);
  });
}

function isBusy(state: State, { processes, aws }: World): boolean {
  if (state.dispatcherId !== 0 || state.operatorId !== 0) return true;
  const works = state.consumers.some(({ id, frozen }) => id !== 0 && !frozen && !processes.get(id).runsHandler);
  if (works) return true;
  const isIdle = state.consumers.some(({ id }) => id === 0);
  const isVisible = (id: number) => id !== 0 && aws.messages.get(id).visibleAtMs <= state.nowMs;
  if (isIdle && state.messages.some(isVisible)) return true;
  return state.items.some((id) => {
    const { listKey, listAt = 0, ...item } = aws.jobs(id);
    return isWaiting(item) && listKey !== undefined && listAt <= state.nowMs + LOOK_AHEAD_MS;
  });
}

function* moments(state: State, { processes, aws, configuration }: World): Generator<number> {
  for (const id of state.messages) if (id !== 0) yield aws.messages.get(id).visibleAtMs;
  for (const id of state.items) {
    const item = aws.jobs(id);
    if (item.status === 'INPROGRESS') yield item.leaseUntil ?? 0;
    if (isWaiting(item) && item.listKey !== undefined) yield (item.listAt ?? 0) - LOOK_AHEAD_MS;
  }
  for (const { id, frozen } of state.consumers) {
    if (id === 0) continue;
    const { start, nextTimerMs = 0 } = processes.get(id);
    yield frozen ? endOf(start, configuration.definition) : nextTimerMs;
  }
}

const expirations = ({ items }: State, { aws }: World): number[] =>
  items.map(aws.jobs).flatMap((item) => (isFinished(item) ? [item.expiration * 1000] : []));

/** Timers fire, but for those of frozen processes; these die at their function's end. */
function wake(state: State, { processes, configuration }: World): void {
  state.consumers = state.consumers.map(({ id, frozen }) => {
    if (id === 0) return { id, frozen };
    const { start, nextTimerMs = Number.POSITIVE_INFINITY } = processes.get(id);
    if (endOf(start, configuration.definition) <= state.nowMs) return { id: 0, frozen: false };
    if (frozen || nextTimerMs > state.nowMs) return { id, frozen };
    const next = processes.next(id, { kind: 'time', atMs: state.nowMs });
    const { ended } = processes.get(next);
    return ended !== undefined && ended.value !== 'ack' ? { id: 0, frozen: false } : { id: next, frozen };
  });
}
