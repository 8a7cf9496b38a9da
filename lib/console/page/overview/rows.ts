/** The rows of the overview: what the feeds say about each type, put together; problems first. Pure. */
import type { AlarmView, Feed, ListCounts, Overview, QueueCounts, TypeAbout } from '../../api.ts';

/** The last value of each type, though only those in view are asked for. */
export interface Known {
  readonly counts: ReadonlyMap<string, QueueCounts>;
  readonly dlqs: ReadonlyMap<string, number>;
  /** Depths as this page saw them, the oldest first. */
  readonly depths: ReadonlyMap<string, readonly number[]>;
  /** When the newest counts were read. */
  readonly countsAtMs: number;
}

export const NOTHING_KNOWN: Known = { counts: new Map(), dlqs: new Map(), depths: new Map(), countsAtMs: 0 };

/** Five minutes at a look each 5 s. */
const DEPTHS = 60;

/** What is known after an answer: the same counts read once more say nothing new. */
export function knownAfter(known: Known, { counts, deadLetters }: Overview): Known {
  const dlqs = new Map([...known.dlqs, ...(deadLetters.data ?? []).map(({ type, dlq }) => [type, dlq] as const)]);
  const read = counts.data ?? [];
  const atMs = counts.asOfMs ?? 0;
  const isNew = atMs > known.countsAtMs;
  const depths = new Map(known.depths);
  if (isNew) for (const { type, depth } of read) depths.set(type, [...(depths.get(type) ?? []), depth].slice(-DEPTHS));
  return {
    counts: new Map([...known.counts, ...read.map((one) => [one.type, one] as const)]),
    dlqs,
    depths,
    countsAtMs: Math.max(atMs, known.countsAtMs),
  };
}

export interface TypeRow {
  readonly type: string;
  readonly isDeployed: boolean;
  readonly isRetired: boolean;
  readonly counts: QueueCounts | undefined;
  readonly dlq: number | undefined;
  readonly depths: readonly number[];
  readonly state: string | undefined;
  readonly lists: ListCounts | undefined;
  readonly oldestMs: number | undefined;
  /** Those that are on. */
  readonly alarms: readonly AlarmView[];
  readonly problem: Problem;
}

/** The worse the greater. */
export type Problem = 'none' | 'attention' | 'bad';
const RANK: Readonly<Record<Problem, number>> = { none: 0, attention: 1, bad: 2 };

export function rowsOf(types: readonly TypeAbout[], overview: Overview | undefined, known: Known): TypeRow[] {
  const alarms = alarmsOn(overview?.alarms);
  const rows = types.map(({ type, deployed, retired }): TypeRow => {
    const ageSeconds = overview?.ages.data?.[type];
    const row = {
      type,
      isDeployed: deployed,
      isRetired: retired,
      counts: known.counts.get(type),
      dlq: known.dlqs.get(type),
      depths: known.depths.get(type) ?? [],
      state: deployed ? overview?.states.data?.[type] : 'not deployed',
      lists: overview?.lists.data?.find((lists) => lists.type === type),
      oldestMs: ageSeconds === undefined ? undefined : ageSeconds * 1_000,
      alarms: alarms.filter((alarm) => alarm.type === type),
    };
    return { ...row, problem: problemOf(row) };
  });
  return rows.sort((a, b) => RANK[b.problem] - RANK[a.problem] || (a.type < b.type ? -1 : 1));
}

function problemOf({ alarms, dlq = 0, lists, state, isDeployed, isRetired }: Omit<TypeRow, 'problem'>): Problem {
  if (alarms.length > 0 || dlq > 0) return 'bad';
  const isPausedForGood = isRetired && state === 'paused';
  const isAsMeant = state === undefined || state === 'running' || state === 'starting' || isPausedForGood;
  return isDeployed && ((lists?.dead ?? 0) > 0 || !isAsMeant) ? 'attention' : 'none';
}

export const alarmsOn = (alarms: Feed<readonly AlarmView[]> | undefined): AlarmView[] =>
  (alarms?.data ?? []).filter(({ state }) => state === 'ALARM');

export interface Totals {
  /** Undefined: not all types were counted. */
  readonly depth: number | undefined;
  readonly inFlight: number | undefined;
  readonly parked: number | undefined;
  readonly dead: number | undefined;
  readonly isMoreParked: boolean;
  readonly isMoreDead: boolean;
}

export function totalsOf(rows: readonly TypeRow[]): Totals {
  const deployed = rows.filter(({ isDeployed }) => isDeployed);
  const sum = (valueIn: (row: TypeRow) => number | undefined): number | undefined =>
    deployed.reduce<number | undefined>((total, row) => {
      const value = valueIn(row);
      return total === undefined || value === undefined ? undefined : total + value;
    }, 0);
  return {
    depth: sum(({ counts }) => counts?.depth),
    inFlight: sum(({ counts }) => counts?.inFlight),
    parked: sum(({ lists }) => lists?.parked),
    dead: sum(({ lists }) => lists?.dead),
    isMoreParked: deployed.some(({ lists }) => lists?.parkedMore),
    isMoreDead: deployed.some(({ lists }) => lists?.deadMore),
  };
}

/** The parts that cannot be read, with the same words said once. */
export function troublesIn(overview: Overview | undefined) {
  const troubles = Object.values(overview ?? {}).flatMap((part: Feed<unknown>) => (part.trouble ? [part.trouble] : []));
  return troubles.filter(({ message }, at) => troubles.findIndex((other) => other.message === message) === at);
}
