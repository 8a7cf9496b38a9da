import { Argument, type Command } from 'commander';
import {
  EXIT,
  type ExitCode,
  explain,
  type FoundJob,
  findJob,
  type Looked,
  type Whereabouts,
} from '../../../lib/operator/index.ts';
import { type CommonOptions, type Context, whereabouts } from '../context.ts';
import { key, since } from '../options.ts';
import { type Run, runs } from '../verb.ts';

interface Options extends CommonOptions {
  readonly since?: number;
}

export function findVerb(program: Command, run: Run): void {
  const command = program
    .command('find')
    .summary('find a job of any type by its key or id')
    .description(
      'Finds jobs by a key or an id, over all job types: in the jobs table by the key, then in the consumers’ logs by the id. ' +
        'Large logs take long: --since limits them.',
    )
    .addArgument(new Argument('<text>', 'a key, or an id').argParser(key))
    .option('--since <age>', 'log lines of the last 30m, 2h, 1d; or since a time in ISO 8601', since);
  runs<Options>(command, run, async (context, [text = ''], options) => {
    const { since: sinceMs } = options;
    const { stage, signal } = context;
    const jobs: FoundJob[] = [];
    const looked: Looked[] = [];
    for await (const one of findJob(stage, text, { sinceMs, signal })) {
      if (one.kind === 'job') jobs.push(one);
      else looked.push(one);
    }
    const where = whereabouts(options, context.host);
    return report(context, { text, jobs, looked: looked.map((one) => toPart(one, where)) });
  });
}

/** A part that was looked through, or why it could not be. */
interface Part {
  readonly where: string;
  readonly error?: string;
}

const toPart = ({ where, ...part }: Looked, at: Whereabouts): Part => ({
  where,
  ...('error' in part && { error: explain(part.error, at).message }),
});

interface Found {
  readonly text: string;
  readonly jobs: readonly FoundJob[];
  readonly looked: readonly Part[];
}

function report({ print }: Context, { text, jobs, looked }: Found): ExitCode | undefined {
  const failed = looked.filter(({ error }) => error !== undefined);
  const found = jobs.map(({ kind: _, ...job }) => job);
  if (!print.result({ jobs: found, looked })) {
    if (found.length > 0) print.table(found, COLUMNS);
    else print.note(`no job of the key or id ${text} was found`);
    for (const { where, error } of failed) print.note(`could not be looked through: ${where}: ${error}`);
  }
  if (failed.length > 0) return EXIT.partly;
  return found.length === 0 ? EXIT.missing : undefined;
}

type Row = Omit<FoundJob, 'kind'>;

const COLUMNS = [
  { head: 'TYPE', cell: ({ type }: Row) => type, cut: 'end' },
  { head: 'KEY', cell: (job: Row) => job.key, cut: 'middle' },
  { head: 'ID', cell: (job: Row) => (job.jobId === job.key ? '=' : job.jobId), cut: 'middle' },
  { head: 'STATUS', cell: ({ status }: Row) => status },
] as const;
