import type { Command } from 'commander';
import { EXIT, type ExitCode, estimate, type LetterView, purge, show } from '../../../lib/operator/index.ts';
import { agreed, tellDry, throwIfFailed } from '../ask.ts';
import type { Context } from '../context.ts';
import { UsageError, whole } from '../options.ts';
import { time } from '../print.ts';
import { makeProgress } from '../progress.ts';
import { runs, typeArgument } from '../verb.ts';
import { type FilterOptions, filterOf, withFilters } from './dead.ts';
import { redriveVerb } from './redrive.ts';

export function dlqVerb(program: Command): void {
  const dlq = program
    .command('dlq')
    .summary('look at, send back or delete dead letters')
    .description('Works on the messages of a dead-letter queue. What died, and why, is told by: sluice dead.');
  showVerb(dlq);
  redriveVerb(dlq);
  purgeVerb(dlq);
}

interface ShowOptions extends FilterOptions {
  readonly bodies?: boolean;
  readonly limit: number;
}

function showVerb(dlq: Command): void {
  const command = dlq
    .command('show')
    .summary('look at dead letters')
    .description(
      'Looks at messages of a dead-letter queue. They are received for the look and released at its end: for that time ' +
        'others do not see them.',
    )
    .addArgument(typeArgument())
    .option('--bodies', 'their bodies, too, which hold the payloads')
    .option('--limit <n>', 'how many at most', whole('--limit', { max: 1000 }), 10);
  withFilters(command);
  runs<ShowOptions>(command, async ({ stage, print, signal }, [type = ''], { bodies, limit, ...options }) => {
    const { letters, swept } = await show(stage, type, {
      bodies: bodies === true,
      limit,
      signal,
      filter: filterOf(options),
    });
    throwIfFailed(swept);
    if (print.result({ letters })) return;
    if (letters.length === 0) print.note('no message there that fits');
    else print.table(letters, bodies ? [...COLUMNS, { head: 'BODY', cell: ({ body }: LetterView) => body }] : COLUMNS);
    const moved = letters.filter(({ ours }) => !ours).length;
    if (moved > 0) print.note(`${moved} without a reason: SQS moved them, because no consumer could start or end them`);
  });
}

const COLUMNS = [
  { head: 'DIED', cell: ({ diedAt }: LetterView) => time(diedAt) },
  { head: 'KEY', cell: ({ key }: LetterView) => key },
  { head: 'ID', cell: ({ key, jobId }: LetterView) => (jobId === key ? '=' : jobId) },
  { head: 'RUN', cell: ({ run }: LetterView) => run, right: true },
  { head: 'REASON', cell: (letter: LetterView) => letter.reason },
  { head: 'ERROR', cell: ({ error }: LetterView) => error && `${error.name}: ${error.message.slice(0, 100)}` },
  { head: 'BYTES', cell: ({ bytes }: LetterView) => bytes, right: true },
] as const;

interface PurgeOptions extends FilterOptions {
  readonly yes?: boolean;
  /** A file's name, or false for `--no-save`. */
  readonly save?: string | false;
}

function purgeVerb(dlq: Command): void {
  const command = dlq
    .command('purge')
    .summary('delete dead letters, after saving them')
    .description(
      'Deletes messages of a dead-letter queue, each after it was saved to a file. Their jobs stay DEAD in the jobs table ' +
        'and can no longer be redriven.',
    )
    .addArgument(typeArgument())
    .option('-y, --yes', 'do not ask; without it, and without a terminal, nothing is deleted')
    .option('--save <file>', 'new file to save them to (default: sluice-<stage>-<type>-dlq-<time>.ndjson)')
    .option('--no-save', 'do not save them: they are gone');
  withFilters(command);
  runs<PurgeOptions>(command, async (context, [type = ''], { yes, save, ...options }) => {
    const file = save === false ? undefined : (save ?? fileName(context.stage.name, type));
    const filter = filterOf(options);
    const expected = await estimate(context.stage, type, filter);
    const kept = file === undefined ? 'They are NOT saved.' : `They are saved to ${file} first.`;
    const question = `${expected.matching} of ${expected.inQueue} dead letters of ${type} match. ${kept} Delete them?`;
    if (!(await agreed(context, yes === true, question))) {
      if (!context.print.result({ dryRun: true, ...expected })) tellDry(context, question, 'nothing was deleted');
      return;
    }
    return carryOut(context, type, { file, filter, total: expected.matching });
  });
}

const fileName = (stage: string, type: string) =>
  `sluice-${stage}-${type}-dlq-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}.ndjson`;

interface PurgePlan {
  readonly file: string | undefined;
  readonly filter: ReturnType<typeof filterOf>;
  readonly total: number;
}

async function carryOut(
  context: Context,
  type: string,
  { file, filter, total }: PurgePlan,
): Promise<ExitCode | undefined> {
  const { stage, print, signal } = context;
  const progress = makeProgress('deleted', total, print.json);
  const { deleted, left, swept } = await purge(stage, type, {
    file,
    filter,
    signal,
    onProgress: progress.update,
  }).catch((error: unknown) => {
    const { code } = error as { code?: unknown };
    throw code === 'EEXIST' ? new UsageError(`${file} exists already: name another file with --save`) : error;
  });
  progress.end();
  const { interrupted, passedOver } = swept;
  const shown = { deleted, left, passedOver, interrupted, ...(file !== undefined && { file }) };
  if (!print.result(shown)) {
    print.line(`${deleted} deleted${file === undefined ? '' : `, saved in ${file}`}; ${passedOver} others left`);
    if (left > 0) print.line(`${left} were saved and could not be deleted: purge again`);
    if (interrupted) print.line('interrupted: run the same command again, with another file, for the rest');
  }
  throwIfFailed(swept);
  return left > 0 ? EXIT.partly : undefined;
}
