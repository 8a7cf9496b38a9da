import type { Command } from 'commander';
import { type DeadGroup, type DeadJob, dead } from '../../../lib/operator/index.ts';
import { type FilterOptions, filterOf, withFilters } from '../dead-filters.ts';
import { whole } from '../options.ts';
import { shortTime, time } from '../print.ts';
import { optionalType, type Run, runs } from '../verb.ts';

interface Options extends FilterOptions {
  readonly jobs?: boolean;
  readonly limit: number;
}

export function deadVerb(program: Command, run: Run): void {
  const command = program
    .command('dead')
    .summary('what died, and of what')
    .description(
      'Lists the jobs that died within the retention. It reads the jobs table and touches no message. Jobs are grouped by ' +
        'type, reason and error (without what differs from job to job), or listed one by one, the newest first.',
    )
    .addArgument(optionalType())
    .option('--jobs', 'list each job instead of groups')
    .option('--limit <n>', 'with --jobs: how many at most', whole('--limit', { max: 100_000 }), 50);
  withFilters(command);
  runs<Options>(command, run, async ({ stage, print }, [type], options) => {
    const report = await dead(stage, type, filterOf(options));
    const jobs = report.jobs.slice(0, options.limit);
    const { groups, truncated } = report;
    if (print.result(options.jobs ? { jobs, total: report.jobs.length, truncated } : { groups, truncated })) return;
    if (report.jobs.length === 0) print.note('no dead job matches');
    else if (options.jobs) print.table(jobs, JOB_COLUMNS);
    else print.table(groups, GROUP_COLUMNS);
    if (options.jobs && jobs.length < report.jobs.length)
      print.note(`${jobs.length} of ${report.jobs.length}; --limit shows more`);
    if (truncated) print.note('there are more than 100,000: --since limits the list to the latest');
  });
}

const GROUP_COLUMNS = [
  { head: 'TYPE', cell: ({ type }: DeadGroup) => type, cut: 'end' },
  { head: 'REASON', cell: (group: DeadGroup) => group.reason },
  { head: 'ERROR', cell: ({ error }: DeadGroup) => error, cut: 'end' },
  { head: 'JOBS', cell: ({ jobs }: DeadGroup) => jobs, right: true },
  { head: 'FIRST', cell: ({ first }: DeadGroup) => time(first), short: (group: DeadGroup) => shortTime(group.first) },
  { head: 'LAST', cell: ({ last }: DeadGroup) => time(last), short: (group: DeadGroup) => shortTime(group.last) },
] as const;

const JOB_COLUMNS = [
  { head: 'DIED', cell: ({ failedAt }: DeadJob) => time(failedAt), short: (job: DeadJob) => shortTime(job.failedAt) },
  { head: 'TYPE', cell: ({ type }: DeadJob) => type, cut: 'end' },
  { head: 'KEY', cell: (job: DeadJob) => job.key, cut: 'middle' },
  { head: 'RUN', cell: ({ run }: DeadJob) => run, right: true },
  { head: 'ATTEMPTS', cell: ({ attempts }: DeadJob) => attempts, right: true },
  { head: 'REASON', cell: (job: DeadJob) => job.reason },
  { head: 'ERROR', cell: ({ error }: DeadJob) => error && `${error.name}: ${error.message}`, cut: 'end' },
] as const;
