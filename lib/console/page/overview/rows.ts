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

export interface Total {
  /** Of the types that were counted; undefined: none was. */
  readonly of: number | undefined;
  /** There are more than that. */
  readonly isMore: boolean;
}

export type Totals = Readonly<Record<'depth' | 'inFlight' | 'parked' | 'dead', Total>>;

/** Sums over the deployed types. Those that never were in view were not counted. */
export function totalsOf(rows: readonly TypeRow[]): Totals {
  const deployed = rows.filter(({ isDeployed }) => isDeployed);
  const total = (
    valueIn: (row: TypeRow) => number | undefined,
    isCut: (row: TypeRow) => boolean = () => false,
  ): Total => {
    const values = deployed.map(valueIn);
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0) return { of: undefined, isMore: false };
    return {
      of: known.reduce((a, b) => a + b),
      isMore: known.length < values.length || deployed.some(isCut),
    };
  };
  return {
    depth: total(({ counts }) => counts?.depth),
    inFlight: total(({ counts }) => counts?.inFlight),
    parked: total(
      ({ lists }) => lists?.parked,
      ({ lists }) => lists?.parkedMore ?? false,
    ),
    dead: total(
      ({ lists }) => lists?.dead,
      ({ lists }) => lists?.deadMore ?? false,
    ),
  };
}

/** The parts that cannot be read, with the same words said once. */
export function troublesIn(overview: Overview | undefined) {
  const troubles = Object.values(overview ?? {}).flatMap((part: Feed<unknown>) => (part.trouble ? [part.trouble] : []));
  return troubles.filter(({ message }, at) => troubles.findIndex((other) => other.message === message) === at);
}
