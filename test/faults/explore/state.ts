import type { StoredMessage } from '../../../lib/testing/aws/sqs/model.ts';

/** Everything that the next step depends on. Numbers that end in Id are of interners and of {@link Processes}; 0 is none. */
export interface State {
  /** Epoch ms. */
  nowMs: number;
  /** What may still happen from outside. */
  left: Left;
  /** Bits of the configuration's messages that nobody sent yet. */
  unsent: number;
  /** A write whose sender gave up on it: it arrives some time. */
  lateId: number;
  dispatcherId: number;
  operatorId: number;
  consumers: { id: number; frozen: boolean }[];
  /** The jobs table, by id. */
  items: number[];
  /** The queue, by place. */
  messages: number[];
  letters: number[];
  /** Runs whose dead letter was sent back, by key and run: `k:1`, as a number. */
  redrivenId: number;
  /** What the step that led here broke: not a part of the state. */
  broken?: readonly string[] | undefined;
}

export const LIMITS = ['faults', 'cancels', 'retriesNow', 'redrives', 'expiries', 'snoozes'] as const;
export type Left = Record<(typeof LIMITS)[number], number>;

export const MAX_ITEMS = 3;
export const MAX_MESSAGES = 5;
export const MAX_LETTERS = 4;

/** A message in its queue. */
export type Message = StoredMessage;

/** Times by number: an epoch in ms does not fit into 32 bits. */
export interface Times {
  readonly known: number[];
  id(ms: number): number;
}

export function makeTimes(known: number[] = []): Times {
  const ids = new Map(known.map((ms, i) => [ms, i]));
  return {
    known,
    id(ms) {
      const id = ids.get(ms) ?? known.push(ms) - 1;
      ids.set(ms, id);
      return id;
    },
  };
}

/** Numbers of an encoded state. */
export const WORDS = 8 + 2 * 1 + MAX_ITEMS + MAX_MESSAGES + MAX_LETTERS;

/** A state as numbers: the same state is the same numbers. The two consumers are alike, so their order says nothing. */
export function encode(state: State, times: Times): Int32Array {
  const words = new Int32Array(WORDS);
  const { left } = state;
  let packed = 0;
  for (const name of LIMITS) packed = packed * 4 + left[name];
  const consumers = state.consumers.map(({ id, frozen }) => id * 2 + Number(frozen)).sort((x, y) => x - y);
  const head = [times.id(state.nowMs), packed, state.unsent, state.lateId, state.dispatcherId, state.operatorId];
  words.set([...head, state.redrivenId, 0], 0);
  words.set(consumers, 8);
  put(words, state.items, { at: 10, room: MAX_ITEMS, what: 'items' });
  put(words, state.messages, { at: 10 + MAX_ITEMS, room: MAX_MESSAGES, what: 'messages' });
  const letters = [...state.letters].sort((x, y) => x - y);
  put(words, letters, { at: 10 + MAX_ITEMS + MAX_MESSAGES, room: MAX_LETTERS, what: 'dead letters' });
  return words;
}

interface Place {
  readonly at: number;
  readonly room: number;
  readonly what: string;
}

function put(words: Int32Array, values: readonly number[], { at, room, what }: Place): void {
  if (values.length > room) throw new RangeError(`a state has ${values.length} ${what}, the encoding takes ${room}`);
  words.set(values, at);
}

export function decode(words: Int32Array, consumers: number, times: Times): State {
  const at = (i: number) => words[i] ?? 0;
  const left = {} as Left;
  let packed = at(1);
  for (const name of LIMITS.toReversed()) {
    left[name] = packed % 4;
    packed = Math.floor(packed / 4);
  }
  const filled = (from: number, room: number) => Array.from(words.subarray(from, from + room));
  return {
    nowMs: times.known[at(0)] ?? 0,
    left,
    unsent: at(2),
    lateId: at(3),
    dispatcherId: at(4),
    operatorId: at(5),
    redrivenId: at(6),
    consumers: Array.from({ length: consumers }, (_, i) => ({ id: at(8 + i) >> 1, frozen: (at(8 + i) & 1) === 1 })),
    items: filled(10, MAX_ITEMS).filter((id) => id !== 0),
    messages: withoutTail(filled(10 + MAX_ITEMS, MAX_MESSAGES)),
    letters: filled(10 + MAX_ITEMS + MAX_MESSAGES, MAX_LETTERS).filter((id) => id !== 0),
  };
}

const withoutTail = (places: number[]) => places.slice(0, places.findLastIndex((id) => id !== 0) + 1);
