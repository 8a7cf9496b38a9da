import type { Item } from '../../../lib/testing/aws/dynamodb/values.ts';
import { ownersIn } from './processes.ts';
import { BEGINNING_MS } from './start.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** Some moment that no shift moves, for attributes of which only matters that they are there. */
const SOME_TIME = { S: '2020-01-01T00:00:00.000Z' };
const SOME_MS = { N: '0' };
const FAR = { N: '9000000000' };

/**
 * An item without what nothing decides on: when its attempts were, when the lease of an attempt ended that is over, where it
 * stands on the list of the dead. Two states that differ by these alone go on alike.
 *
 * @param expires whether anything is explored that `expiration` decides on
 */
export function lasting(item: Item, expires: boolean): Item {
  const kept = { ...item };
  const isDeadInBegin = item.attempts?.N === '0' && item.status?.S === 'DEAD';
  for (const name of ['processedAt', 'completedAt', ...(isDeadInBegin ? [] : ['failedAt'])])
    if (name in kept) kept[name] = SOME_TIME;
  if (!expires) kept.expiration = FAR;
  if (item.leaseUntil !== undefined && item.status?.S !== 'INPROGRESS') kept.leaseUntil = SOME_MS;
  if (item.listKey?.S?.startsWith('dead')) kept.listAt = SOME_MS;
  return kept;
}

/** The same state by the numbers that all states like it have: seen from now, with no name of who is gone. */
export function normalise(state: State, world: World): void {
  const { aws, processes, configuration } = world;
  const isFixed = configuration.sends.some(({ afterSeconds }) => afterSeconds !== undefined);
  const byMs = isFixed ? 0 : -Math.trunc((state.nowMs - BEGINNING_MS) / 1000) * 1000;
  const known = knownOwners(state, world);
  const { nowMs } = state;
  state.messages = state.messages.map((id) => {
    if (id === 0) return 0;
    const message = aws.messages.get(id);
    const seen =
      message.visibleAtMs <= nowMs && message.visibleAtMs !== 0 ? aws.messages.id({ ...message, visibleAtMs: 0 }) : id;
    return aws.messages.shifted(seen, byMs);
  });
  state.items = state.items.map((id) => aws.items.shifted(withoutGone(id, { known, nowMs }, world), byMs));
  if (byMs === 0) return;
  state.nowMs += byMs;
  if (state.lateId !== 0) state.lateId = processes.requests.shifted(state.lateId, byMs);
  state.letters = state.letters.map((id) => aws.letters.shifted(id, byMs));
  state.consumers = state.consumers.map(({ id, frozen }) => ({
    id: id === 0 ? 0 : processes.shifted(id, byMs),
    frozen,
  }));
  if (state.operatorId !== 0) state.operatorId = processes.shifted(state.operatorId, byMs);
  if (state.dispatcherId !== 0) state.dispatcherId = processes.shifted(state.dispatcherId, byMs);
}

/** Owners that a process or a late request can still ask for, as bits. */
export function knownOwners({ consumers, operatorId, lateId }: State, { processes }: World): number {
  let known = lateId === 0 ? 0 : ownersIn(processes.requests.texts[lateId - 1] ?? '');
  for (const id of [operatorId, ...consumers.map((one) => one.id)]) if (id !== 0) known |= processes.get(id).owners;
  return known;
}

function withoutGone(id: number, { known, nowMs }: { known: number; nowMs: number }, { aws }: World): number {
  const item = aws.jobs(id);
  const isGone = item.owner !== undefined && item.owner !== 'o0' && (ownersIn(`"${item.owner}"`) & known) === 0;
  const isOut = item.status === 'INPROGRESS' && (item.leaseUntil ?? 0) <= nowMs && item.leaseUntil !== 0;
  if (!isGone && !isOut) return id;
  const changed = {
    ...aws.items.get(id),
    ...(isGone && { owner: { S: 'o0' } }),
    ...(isOut && { leaseUntil: SOME_MS }),
  };
  return aws.items.id(changed);
}
