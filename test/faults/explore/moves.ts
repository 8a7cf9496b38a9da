import { queueSettings } from '../../../lib/contract/definition/queue-settings.ts';
import { handleOf, placeOf } from './aws.ts';
import { isDue, tick } from './dispatcher.ts';
import { knownOwners, normalise } from './lasting.ts';
import { outsideMoves } from './outside.ts';
import { ownersIn, type Process } from './processes.ts';
import { checkLeft, checkTable } from './promises.ts';
import { named, waitMoves } from './requests.ts';
import type { State } from './state.ts';
import { pass } from './time.ts';
import { type Add, type Adding, type Move, spend, type World } from './world.ts';

/** Everything that can happen in a state. @throws Missing what must be run first */
export function movesOf(state: State, world: World): Move[] {
  const moves: Move[] = [];
  const add: Add = (kind, label, change) => {
    const next = fork(state);
    change(next);
    const broken = [...checkTable(state, next, world), ...(next.broken ?? [])];
    normalise(next, world);
    moves.push({ kind, label, state: next, broken });
  };
  state.consumers.forEach((_, index) => {
    consumerMoves(state, index, { world, add });
  });
  if (state.dispatcherId !== 0) processMoves(state, 'dispatcherId', { world, add });
  else if (isDue(state, world)) add('step', 'the dispatcher’s tick', (next) => tick(next, world));
  if (state.operatorId !== 0) processMoves(state, 'operatorId', { world, add });
  if (state.lateId !== 0) {
    add('step', `the late request arrives: ${named(state.lateId, world)}`, (next) => {
      next.lateId = 0;
      world.aws.carryOut(next, state.lateId);
    });
  }
  outsideMoves(state, { world, add });
  pass(state, { world, add: (label, change) => add('time', label, change) });
  return moves;
}

const fork = (state: State): State => ({
  ...{ ...state, broken: undefined },
  left: { ...state.left },
  consumers: state.consumers.map((one) => ({ ...one })),
  items: [...state.items],
  messages: [...state.messages],
  letters: [...state.letters],
});

function consumerMoves(state: State, index: number, { world, add }: Adding): void {
  const { id, frozen } = state.consumers[index] ?? { id: 0, frozen: false };
  const name = `consumer ${index + 1}`;
  if (id === 0) {
    // Idle ones are alike.
    if (state.consumers.findIndex((one) => one.id === 0) === index) receiveMoves(state, index, { world, add });
    return;
  }
  const idle = (next: State) => {
    next.consumers[index] = { id: 0, frozen: false };
  };
  const process = world.processes.get(id);
  if (process.ended !== undefined) {
    add('step', `${name} ends, its message is deleted`, (next) => {
      deleteMessage(next, process);
      idle(next);
    });
  } else {
    const enter = (next: State, to: number) => {
      const { ended } = world.processes.get(to);
      next.consumers[index] = { id: to, frozen };
      if (ended === undefined) return;
      next.broken = checkLeft(to, next, world);
      if (ended.value !== 'ack') idle(next);
    };
    waitMoves(state, { id, name, enter }, { world, add });
  }
  if (state.left.faults === 0) return;
  const fault = (label: string, change: (next: State) => void) =>
    add('fault', `${name} ${label}`, (next) => {
      spend(next, 'faults');
      change(next);
    });
  fault('crashes', idle);
  if (!frozen && process.ended === undefined && !process.runsHandler)
    fault('is frozen', (next) => {
      next.consumers[index] = { id, frozen: true };
    });
}

function deleteMessage(state: State, { start }: Process): void {
  if (start.who !== 'consumer') return;
  const place = placeOf(state, start.message.receiptHandle);
  if (place !== undefined) state.messages[place] = 0;
}

function receiveMoves(state: State, index: number, { world, add }: Adding): void {
  const { aws, processes, configuration } = world;
  for (const [place, messageId] of state.messages.entries()) {
    if (messageId === 0) continue;
    const message = aws.messages.get(messageId);
    if (message.visibleAtMs > state.nowMs) continue;
    const label = `consumer ${index + 1} receives ${message.messageId}, time ${message.receiveCount + 1}: ${message.body}`;
    add('step', label, (next) => {
      const { nowMs } = next;
      const hiddenMs = queueSettings(configuration.definition).visibilityTimeoutSeconds * 1000;
      const received = { ...message, receiveCount: nextCount(message.receiveCount), visibleAtMs: nowMs + hiddenMs };
      next.messages[place] = aws.messages.id(received);
      const owner = `o${freeOwner(state, world)}`;
      const isFirst = received.receiveCount === 1;
      const times = { sentAtMs: nowMs, firstReceivedAtMs: nowMs - (isFirst ? 0 : hiddenMs), visibleAtMs: 0 };
      const given = { ...received, ...times, receiveCount: isFirst ? 1 : 2, receiptHandle: handleOf(received) };
      next.consumers[index] = { id: processes.begin({ who: 'consumer', nowMs, owner, message: given }), frozen: false };
    });
  }
}

/** Receives are told apart by their numbers, but how many there were matters no more after the second one. */
const nextCount = (count: number): number => (count === 3 ? 2 : count + 1);

/** The lowest that nobody and nothing has. */
function freeOwner(state: State, world: World): number {
  let taken = knownOwners(state, world);
  for (const item of state.items) taken |= ownersIn(world.aws.items.texts[item - 1] ?? '');
  for (let owner = 1; ; owner++) if ((taken & (1 << owner)) === 0) return owner;
}

/** What the dispatcher or an operator does next. */
function processMoves(state: State, which: 'dispatcherId' | 'operatorId', { world, add }: Adding): void {
  const name = which === 'dispatcherId' ? 'dispatcher' : 'operator';
  const id = state[which];
  const enter = (next: State, to: number) => {
    next[which] = world.processes.get(to).ended === undefined ? to : 0;
  };
  waitMoves(state, { id, name, enter }, { world, add });
  if (state.left.faults > 0)
    add('fault', `the ${name} crashes`, (next) => {
      spend(next, 'faults');
      next[which] = 0;
    });
}
