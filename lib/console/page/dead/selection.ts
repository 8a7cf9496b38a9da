import type { ChoiceRequest, DeadGroup, DeadJob, DeadQuery, JobRun } from '../../api.ts';

/**
 * What is selected of a list that still grows. A group that is selected takes in its jobs that are read later; one that is taken
 * out stays out.
 */
export interface Selection {
  /** All that match the filter, those not read yet included. */
  readonly all: boolean;
  readonly groups: ReadonlySet<string>;
  readonly jobs: ReadonlySet<string>;
  readonly except: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
export const NOTHING: Selection = { all: false, groups: NONE, jobs: NONE, except: NONE };
export const EVERYTHING: Selection = { ...NOTHING, all: true };

/** Names a run of a job among all. */
export const runIdOf = ({ type, key, run }: JobRun): string => `${type}#${key}#${run}`;
/** Names a group among all. */
export const groupIdOf = ({ type, reason, error }: Pick<DeadGroup, 'type' | 'reason' | 'error'>): string =>
  `${type}\n${reason ?? ''}\n${error}`;
/** The group that a job is in. */
export const groupIdOfJob = ({ type, reason, group }: DeadJob): string => groupIdOf({ type, reason, error: group });

export function isSelected(selection: Selection, job: DeadJob): boolean {
  const { all, groups, jobs, except } = selection;
  // Asked of 100,000 jobs at each click: names are made only where they can matter.
  if (except.size > 0 && except.has(runIdOf(job))) return false;
  return all || (groups.size > 0 && groups.has(groupIdOfJob(job))) || (jobs.size > 0 && jobs.has(runIdOf(job)));
}

/** Takes some jobs in, or out. */
export function withJobs(selection: Selection, jobs: readonly DeadJob[], isIn: boolean): Selection {
  const ids = new Set(jobs.map(runIdOf));
  const stays = (id: string): boolean => !ids.has(id);
  if (isIn) {
    const except = new Set([...selection.except].filter(stays));
    return { ...selection, jobs: new Set([...selection.jobs, ...ids]), except };
  }
  const covered = jobs.filter((job) => selection.all || selection.groups.has(groupIdOfJob(job))).map(runIdOf);
  return {
    ...selection,
    jobs: new Set([...selection.jobs].filter(stays)),
    except: new Set([...selection.except, ...covered]),
  };
}

/** Takes a whole group in, with what is read of it later, or out. */
export function withGroup(selection: Selection, group: DeadGroup, read: readonly DeadJob[], isIn: boolean): Selection {
  const groups = new Set(selection.groups);
  const ids = new Set(read.map(runIdOf));
  const rest = (from: ReadonlySet<string>): ReadonlySet<string> => new Set([...from].filter((id) => !ids.has(id)));
  if (isIn) groups.add(groupIdOf(group));
  else groups.delete(groupIdOf(group));
  const except = rest(selection.except);
  const isLeftOut = !isIn && selection.all;
  return {
    ...selection,
    groups,
    jobs: rest(selection.jobs),
    except: isLeftOut ? new Set([...except, ...ids]) : except,
  };
}

/** How much of a group is selected, for its box. */
export function groupState(selection: Selection, read: readonly DeadJob[]): 'all' | 'some' | 'none' {
  const selected = read.reduce((sum, job) => sum + (isSelected(selection, job) ? 1 : 0), 0);
  return selected === 0 ? 'none' : selected === read.length ? 'all' : 'some';
}

export const selectedOf = (selection: Selection, read: readonly DeadJob[]): readonly DeadJob[] =>
  read.filter((job) => isSelected(selection, job));

interface Counts {
  readonly selected: number;
  readonly read: number;
  /** All that match were read. */
  readonly isComplete: boolean;
  /** "All" takes in those that were not read: it goes as a filter, which is of one type. */
  readonly isOfType: boolean;
}

/** What is selected, always as a number. */
export function selectionWords(selection: Selection, { selected: count, read, isComplete, isOfType }: Counts): string {
  const number = count.toLocaleString('en-US');
  const jobs = count === 1 ? 'job' : 'jobs';
  if (count === 0) return 'Nothing selected';
  const isWhole = selection.all && selection.except.size === 0;
  if (isWhole && !isComplete) {
    return isOfType
      ? `All that match selected: ${number} ${jobs} read so far`
      : `The ${number} ${jobs} read so far selected`;
  }
  return isWhole ? `All ${number} ${jobs} selected` : `${number} of ${read.toLocaleString('en-US')} jobs selected`;
}

/** What a choice is asked for. */
export interface Asked {
  readonly kind: 'redrive' | 'purge';
  readonly selection: Selection;
  /** The jobs that it has so far. */
  readonly selected: readonly DeadJob[];
  readonly query: DeadQuery;
}

/** The server takes so many jobs one by one; a filter has no such limit. */
const MOST_ONE_BY_ONE = 10_000;

const isByFilter = ({ selection, query }: Asked): boolean =>
  selection.all && selection.except.size === 0 && query.type !== undefined;

/**
 * What the server is to freeze. "All that match" goes as its filter, so that it takes in what was not read yet; where no type is
 * chosen, and for all other selections, the jobs go one by one.
 */
export function choiceOf(asked: Asked): ChoiceRequest {
  const { kind, selected, query } = asked;
  const { type: of, ...filter } = query;
  if (of !== undefined && isByFilter(asked)) return { kind, type: of, filter };
  return { kind, jobs: selected.map(({ type, key, run }) => ({ type, key, run })) };
}

/** Why a selection cannot be asked for as it is, and what to do. */
export function hindranceOf(asked: Asked): string | undefined {
  if (isByFilter(asked)) return undefined;
  const { kind, selected } = asked;
  if (selected.length > MOST_ONE_BY_ONE) {
    return 'At most 10,000 go one by one. For more, choose a type above and select all that match.';
  }
  const [first] = selected;
  return kind === 'purge' && selected.some(({ type }) => type !== first?.type)
    ? 'Only jobs of one type are deleted at a time.'
    : undefined;
}
