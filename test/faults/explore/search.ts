import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { makeAws } from './aws.ts';
import type { Configuration } from './configurations.ts';
import { makeInterner } from './intern.ts';
import { movesOf } from './moves.ts';
import { Missing, makeProcesses } from './processes.ts';
import { checkEnd } from './promises.ts';
import { makeSeen, type Seen } from './seen.ts';
import { BEGINNING_MS } from './start.ts';
import { decode, encode, type Left, LIMITS, makeTimes, type State, type Times, WORDS } from './state.ts';
import type { Move, World } from './world.ts';

/** What an exploration found. */
export interface Explored {
  readonly states: number;
  readonly moves: number;
  /** Longest of the shortest ways to a state. */
  readonly depth: number;
  /** States in which all has ended. */
  readonly ends: number;
  /** Times that the code itself was run. */
  readonly processes: number;
  /** Everything that can happen was met. */
  readonly isClosed: boolean;
  /** The first broken promise, with the shortest way to it. */
  readonly broken?: { readonly promises: readonly string[]; readonly timeline: readonly string[] };
}

export interface ExploreOptions {
  /** @default until it is closed */
  readonly maxStates?: number;
  readonly progress?: (line: { states: number; depth: number; frontier: number; processes: number }) => void;
}

/** Explores every state of a configuration, the nearest first. Stops at the first broken promise. */
export async function explore(configuration: Configuration, options: ExploreOptions = {}): Promise<Explored> {
  const { maxStates = Number.POSITIVE_INFINITY, progress } = options;
  const world = makeWorld(configuration);
  const search = makeSearch(world);
  let [depth, moves, ends] = [0, 0, 0];
  const total = () => ({ states: search.seen.size, moves, depth, ends, processes: world.processes.size });
  for (;;) {
    const level = search.takeLevel();
    if (level.count === 0) break;
    for (let i = 0; i < level.count; i++) {
      const { broken, made, isEnd } = await search.expand(level, i);
      moves += made;
      ends += Number(isEnd);
      if (broken !== undefined) {
        const timeline = await timelineOf(search.seen.pathTo(broken.from), broken.move, search);
        return { ...total(), isClosed: false, broken: { promises: broken.promises, timeline } };
      }
      if (search.seen.size >= maxStates) return { ...total(), isClosed: false };
      if (i % 20_000 === 0) progress?.({ ...total(), frontier: level.count - i });
    }
    depth += 1;
  }
  const stuck = search.stuck();
  if (stuck === undefined) return { ...total(), isClosed: true };
  const timeline = await timelineOf(search.seen.pathTo(stuck), undefined, search);
  return { ...total(), isClosed: true, broken: { promises: ['no end can be reached from here'], timeline } };
}

export function makeWorld(configuration: Configuration): World {
  const processes = makeProcesses(configuration);
  return {
    configuration,
    processes,
    aws: makeAws(processes, configuration.expiries > 0),
    redriven: makeInterner<readonly string[]>(),
  };
}

const firstState = ({ consumers, sends, ...configuration }: Configuration): State => ({
  ...{ nowMs: BEGINNING_MS, unsent: (1 << sends.length) - 1, lateId: 0, dispatcherId: 0, operatorId: 0, redrivenId: 0 },
  consumers: Array.from({ length: consumers }, () => ({ id: 0, frozen: false })),
  left: Object.fromEntries(LIMITS.map((name) => [name, configuration[name]])) as Left,
  ...{ items: [], messages: [], letters: [] },
});

/** States of one depth, one after another, and their numbers. */
interface Level {
  readonly words: Words;
  readonly numbers: number[];
  readonly count: number;
}

interface Expanded {
  readonly broken?: { readonly promises: readonly string[]; readonly from: number; readonly move?: number };
  readonly made: number;
  readonly isEnd: boolean;
}

interface Search {
  readonly world: World;
  readonly times: Times;
  readonly seen: Seen;
  takeLevel(): Level;
  expand(level: Level, i: number): Promise<Expanded>;
  /** A state from which no end can be reached, if there is one. */
  stuck(): number | undefined;
}

function makeSearch(world: World): Search {
  const times = makeTimes();
  const seen = makeSeen();
  const edges = makeEdges();
  const { consumers } = world.configuration;
  let next = emptyLevel();
  const push = (words: Int32Array, number: number) => {
    next.words.push(words);
    next.numbers.push(number);
  };
  const first = encode(firstState(world.configuration), times);
  seen.add(first, 0, 0);
  push(first, 0);
  return {
    ...{ world, times, seen },
    takeLevel() {
      const level = { ...next, count: next.numbers.length };
      next = emptyLevel();
      return level;
    },
    async expand({ words, numbers }, i) {
      const from = numbers[i] ?? 0;
      const state = decode(words.at(i), consumers, times);
      const moves = await allMoves(state, world);
      for (const [move, { state: to, broken, kind }] of moves.entries()) {
        if (broken.length > 0) return { broken: { promises: broken, from, move }, made: moves.length, isEnd: false };
        const encoded = encode(to, times);
        const { index, isNew } = seen.add(encoded, from, move);
        if (isNew) push(encoded, index);
        if (kind === 'step' || kind === 'time') edges.add(from, index);
      }
      const isEnd = !moves.some(({ kind }) => kind === 'step' || kind === 'time');
      const promises = isEnd ? checkEnd(state, world) : [];
      if (isEnd) edges.end(from);
      return { made: moves.length, isEnd, ...(promises.length > 0 && { broken: { promises, from } }) };
    },
    stuck: () => edges.stuck(seen.size),
  };
}

const emptyLevel = () => ({ words: makeWords(), numbers: [] as number[] });

/** What is missing is run first, and then all is asked again. */
async function allMoves(state: State, world: World): Promise<Move[]> {
  for (;;) {
    try {
      return movesOf(state, world);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await error.fill();
    }
  }
}

interface Words {
  push(words: Int32Array): void;
  at(i: number): Int32Array;
}

const PART = 1 << 14;

/** Encoded states in blocks: one array of all would be copied again and again. */
function makeWords(): Words {
  const parts: Int32Array[] = [];
  let count = 0;
  return {
    push(words) {
      if (count % PART === 0) parts.push(new Int32Array(PART * WORDS));
      parts.at(-1)?.set(words, (count++ % PART) * WORDS);
    },
    at(i) {
      const at = (i % PART) * WORDS;
      return (parts[Math.floor(i / PART)] ?? new Int32Array()).subarray(at, at + WORDS);
    },
  };
}

/** What leads where by itself: no fault and nobody from outside is needed. */
function makeEdges() {
  let edges = new Uint32Array(1 << 16);
  let used = 0;
  const ends: number[] = [];
  return {
    end: (state: number) => void ends.push(state),
    add(from: number, to: number) {
      if (used + 2 > edges.length) {
        const longer = new Uint32Array(edges.length * 2);
        longer.set(edges);
        edges = longer;
      }
      edges[used++] = from;
      edges[used++] = to;
    },
    /** Back from the ends, until nothing is added; the edges stand nearest first, so they are read from the last one. */
    stuck(states: number): number | undefined {
      const reaches = new Uint8Array(states);
      for (const end of ends) reaches[end] = 1;
      for (let changed = true; changed; ) {
        changed = false;
        for (let at = used - 2; at >= 0; at -= 2) {
          const [from, to] = [edges[at] ?? 0, edges[at + 1] ?? 0];
          if (reaches[from] === 1 || reaches[to] === 0) continue;
          reaches[from] = 1;
          changed = true;
        }
      }
      const index = reaches.indexOf(0);
      return index < 0 ? undefined : index;
    },
  };
}

/** The way to a state in words, with the table after each step that changed it. */
async function timelineOf(path: readonly number[], last: number | undefined, { world, times }: Search) {
  const lines: string[] = [];
  let state = firstState(world.configuration);
  let shown: string[] = [];
  for (const number of last === undefined ? path : [...path, last]) {
    const normal = decode(encode(state, times), world.configuration.consumers, times);
    const move = (await allMoves(normal, world))[number];
    if (move === undefined) throw new RangeError('the way to this state leads elsewhere: the code is not repeatable');
    lines.push(`${move.kind === 'fault' ? '! ' : '  '}${move.label}`);
    const table = move.state.items.map((id) => tableLine(world.aws.jobs(id)));
    lines.push(...table.filter((line) => !shown.includes(line)));
    shown = table;
    state = move.state;
  }
  return lines;
}

function tableLine({ jobId, status, runNo, attempts, maxAttempts, owner, reason, ...item }: JobItem): string {
  const more = [
    ...(status === 'INPROGRESS' ? [`owner ${owner}`] : []),
    ...(reason === undefined ? [] : [reason]),
    ...(item.undelivered === undefined ? [] : ['dead letter pending']),
    ...(item.cancelRequested === undefined ? [] : ['to be cancelled']),
    ...(item.listKey?.startsWith('due') ? ['on a list'] : []),
  ];
  return `      table: ${[`${jobId} is ${status}`, `run ${runNo}`, `attempt ${attempts}/${maxAttempts}`, ...more].join(', ')}`;
}
