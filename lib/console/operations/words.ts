import { shellWord } from '../../operator/index.ts';
import type { DeadQuery, JobRun } from '../api.ts';

type Filter = Omit<DeadQuery, 'type'>;

/** A filter in words: `dead jobs of send-email whose error has "404"`. */
export function inWords(type: string, { reason, error, sinceMs, key }: Filter): string {
  const parts = [
    ...(reason === undefined ? [] : [`whose reason is ${reason}`]),
    ...(error === undefined ? [] : [`whose error has "${error}"`]),
    ...(sinceMs === undefined ? [] : [`that died since ${new Date(sinceMs).toISOString()}`]),
    ...(key === undefined ? [] : [`with the key ${key}`]),
  ];
  return [`dead jobs of ${type}`, parts.join(' and ')].filter(Boolean).join(' ');
}

/** A filter as the command takes it. */
export function asOptions({ reason, error, sinceMs, key }: Filter): string {
  const given = {
    ...{ reason, error, key },
    since: sinceMs === undefined ? undefined : new Date(sinceMs).toISOString(),
  };
  return Object.entries(given)
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${shellWord(value)}`]))
    .join('');
}

/** So many jobs a line names at most. */
const MOST = 50;

/** A command for each job, one after the other. */
export const forEachJob = (jobs: readonly JobRun[], command: (job: JobRun) => string): string =>
  `${jobs.slice(0, MOST).map(command).join('; ')}${restOf(jobs.length)}`;

/** One command for jobs of one type, which takes several keys. */
export const forKeys = (jobs: readonly JobRun[], command: (keys: string) => string): string =>
  `${command(
    jobs
      .slice(0, MOST)
      .map(({ key }) => ` --key ${key}`)
      .join(''),
  )}${restOf(jobs.length)}`;

const restOf = (count: number): string =>
  count > MOST ? `  # and ${count - MOST} more: choose them again in the console` : '';

/** Chosen jobs in words. */
export function jobsInWords(jobs: readonly JobRun[]): string {
  const [first] = jobs;
  if (first !== undefined && jobs.length === 1) return `${first.type} ${first.key}`;
  const types = [...new Set(jobs.map(({ type }) => type))];
  return `${jobs.length} chosen jobs of ${types.join(', ')}`;
}

export const examplesOf = (jobs: readonly JobRun[]): string[] =>
  jobs.slice(0, 3).map(({ type, key }) => `${type} ${key}`);
