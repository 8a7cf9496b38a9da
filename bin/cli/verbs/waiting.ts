import type { Command } from 'commander';
import { type WaitingJob, waiting } from '../../../lib/operator/index.ts';
import { whole } from '../options.ts';
import { count, shortTime, time } from '../print.ts';
import { optionalType, type Run, runs } from '../verb.ts';

interface Options {
  readonly limit: number;
}

export function waitingVerb(program: Command, run: Run): void {
  const command = program
    .command('waiting')
    .summary('the parked jobs, those due soonest first')
    .description(
      'Lists the jobs that are parked in the jobs table until they are due, those due soonest first: retries and jobs of a ' +
        'later time. Jobs that wait less than a minute wait in their queue, where no list shows them.',
    )
    .addArgument(optionalType())
    .option('--limit <n>', 'how many at most', whole('--limit', { max: 1000 }), 50);
  runs<Options>(command, run, async ({ stage, print, signal }, [type], { limit }) => {
    const page = await waiting(stage, type, { limit, signal });
    const { jobs, after, total, totalMore } = page;
    if (print.result({ jobs, total, totalMore })) return;
    if (jobs.length === 0) print.note('no job is parked');
    else print.table(jobs, COLUMNS);
    if (after === undefined) return;
    const all = `${totalMore ? 'more than ' : ''}${count(total)}`;
    print.note(`${jobs.length} of ${all}; --limit shows more`);
  });
}

const at = (epochMs: number) => new Date(epochMs).toISOString();

const COLUMNS = [
  {
    head: 'DUE',
    cell: ({ dueAt }: WaitingJob) => time(at(dueAt)),
    short: ({ dueAt }: WaitingJob) => shortTime(at(dueAt)),
  },
  { head: 'TYPE', cell: ({ type }: WaitingJob) => type, cut: 'end' },
  { head: 'KEY', cell: ({ key }: WaitingJob) => key, cut: 'middle' },
  {
    head: 'WAITS FOR',
    cell: ({ waitsForChildren, status }: WaitingJob) =>
      waitsForChildren ? 'its children' : status === 'RETRYING' ? 'its next attempt' : 'its time',
  },
  {
    head: 'ATTEMPTS',
    cell: ({ attempts, maxAttempts }: WaitingJob) => `${attempts} of ${maxAttempts}`,
    right: true,
  },
  { head: 'ERROR', cell: ({ error }: WaitingJob) => error && `${error.name}: ${error.message}`, cut: 'end' },
] as const;
