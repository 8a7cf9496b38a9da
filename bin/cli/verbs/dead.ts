import { type Command, Option } from 'commander';
import { type DeadFilter, type DeadGroup, type DeadJob, dead } from '../../../lib/operator/index.ts';
import { key, reason, since, UsageError, whole } from '../options.ts';
import { time } from '../print.ts';
import { optionalType, runs } from '../verb.ts';

interface Options extends FilterOptions {
  readonly jobs?: boolean;
  readonly limit: number;
}

/** What `--reason`, `--error`, `--since` and `--key` came to. */
export interface FilterOptions {
  readonly reason?: string;
  readonly error?: string;
  readonly since?: number;
  readonly key?: string;
}

/** Adds the filters that `dead` and `dlq` share. */
export function withFilters(command: Command): Command {
  const option = (flags: string, text: string, parse: (value: string) => unknown) =>
    command.addOption(new Option(flags, text).argParser(once(flags, parse)).helpGroup('Which:'));
  const reasons = 'PermanentError, AttemptsExhausted, InvalidMessage, InvalidPayload or Crashed';
  option('--reason <reason>', `died of: ${reasons}`, reason);
  option('--error <text>', 'whose error’s name or message holds the text', String);
  option('--since <age>', 'died within, as 30m, 2h, 1d; or since a time in ISO 8601', since);
  option('--key <key>', 'the job of this key', key);
  return command;
}

/** A second one would silently take the first one's place, before something is deleted by it. */
const once = (flags: string, parse: (value: string) => unknown) => (value: string, before: unknown) => {
  if (before !== undefined)
    throw new UsageError(`${flags.split(' ')[0]} is given twice: run the command once for each`);
  return parse(value);
};

export const filterOf = ({ reason, error, since: sinceMs, key }: FilterOptions): DeadFilter => ({
  ...{ reason, error, sinceMs, key },
});

export function deadVerb(program: Command): void {
  const command = program
    .command('dead')
    .summary('what died, and of what')
    .description(
      'What died within the retention, read from the jobs table: no message is touched. Grouped by type, reason and error ' +
        '(without what differs from job to job), or job by job, the newest first.',
    )
    .addArgument(optionalType())
    .option('--jobs', 'each job, not groups')
    .option('--limit <n>', 'with --jobs: how many at most', whole('--limit', { max: 100_000 }), 50);
  withFilters(command);
  runs<Options>(command, async ({ stage, print }, [type], options) => {
    const report = await dead(stage, type, filterOf(options));
    const jobs = report.jobs.slice(0, options.limit);
    const { groups, truncated } = report;
    if (print.result(options.jobs ? { jobs, total: report.jobs.length, truncated } : { groups, truncated })) return;
    if (report.jobs.length === 0) print.note('none died that fits');
    else if (options.jobs) print.table(jobs, JOB_COLUMNS);
    else print.table(groups, GROUP_COLUMNS);
    if (options.jobs && jobs.length < report.jobs.length)
      print.note(`${jobs.length} of ${report.jobs.length}; --limit shows more`);
    if (truncated) print.note('there are more than 100,000: --since looks at the latest only');
  });
}

const GROUP_COLUMNS = [
  { head: 'TYPE', cell: ({ type }: DeadGroup) => type },
  { head: 'REASON', cell: (group: DeadGroup) => group.reason },
  { head: 'ERROR', cell: ({ error }: DeadGroup) => error },
  { head: 'JOBS', cell: ({ jobs }: DeadGroup) => jobs, right: true },
  { head: 'FIRST', cell: ({ first }: DeadGroup) => time(first) },
  { head: 'LAST', cell: ({ last }: DeadGroup) => time(last) },
] as const;

const JOB_COLUMNS = [
  { head: 'DIED', cell: ({ failedAt }: DeadJob) => time(failedAt) },
  { head: 'TYPE', cell: ({ type }: DeadJob) => type },
  { head: 'KEY', cell: (job: DeadJob) => job.key },
  { head: 'RUN', cell: ({ run }: DeadJob) => run, right: true },
  { head: 'ATTEMPTS', cell: ({ attempts }: DeadJob) => attempts, right: true },
  { head: 'REASON', cell: (job: DeadJob) => job.reason },
  { head: 'ERROR', cell: ({ error }: DeadJob) => error && `${error.name}: ${error.message.slice(0, 100)}` },
] as const;
