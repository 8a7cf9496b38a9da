import type { DeadGroup, DeadJob, DeadPage } from '../../api.ts';
import { groupIdOf, groupIdOfJob } from './selection.ts';

/** Dead jobs as far as they were read. It grows in place: a copy of 100,000 jobs for each page would stop the browser. */
export interface DeadList {
  readonly jobs: DeadJob[];
  readonly byGroup: Map<string, DeadJob[]>;
  groups: readonly DeadGroup[];
  read: number;
  of: number;
  truncated: boolean;
}

export const emptyList = (): DeadList => ({
  jobs: [],
  byGroup: new Map(),
  groups: [],
  read: 0,
  of: 0,
  truncated: false,
});

/** Adds a page that was read. */
export function addPage(list: DeadList, page: DeadPage): void {
  for (const job of page.jobs) {
    list.jobs.push(job);
    const id = groupIdOfJob(job);
    const group = list.byGroup.get(id);
    if (group === undefined) list.byGroup.set(id, [job]);
    else group.push(job);
  }
  list.groups = page.groups;
  list.read = page.read;
  list.of = page.of;
  list.truncated = page.truncated;
}

/** The jobs of a group, as far as they were read. */
export const jobsOfGroup = (list: DeadList, group: DeadGroup): readonly DeadJob[] =>
  list.byGroup.get(groupIdOf(group)) ?? [];

/** How far reading has come: `1,200 of 10,000 read`. */
export function progressWords({ read, of, truncated }: DeadList, isReading: boolean): string {
  const number = (count: number): string => count.toLocaleString('en-US');
  const more = truncated ? ' There are more than are read here.' : '';
  if (isReading) return `${number(read)} of ${number(of)}${truncated ? '+' : ''} read`;
  if (read < of) return `Stopped: ${number(read)} of ${number(of)}${truncated ? '+' : ''} read.`;
  return `${number(read)} read.${more}`;
}
