import type { Command } from 'commander';
import { names } from '../../../lib/contract/names.ts';
import { EXIT, type ExitCode, estimate, type Purged, purge } from '../../../lib/operator/index.ts';
import { agreed, notAllSeen, printDryRun, throwIfFailed } from '../ask.ts';
import type { Context } from '../context.ts';
import { type FilterOptions, filterOf, withFilters } from '../dead-filters.ts';
import { newFileName } from '../file-name.ts';
import { UsageError } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options extends FilterOptions {
  readonly yes?: boolean;
  /** A file's name, or false for `--no-save`. */
  readonly save?: string | false;
}

export function purgeVerb(dlq: Command, run: Run): void {
  const command = dlq
    .command('purge')
    .summary('delete dead letters, after saving them')
    .description(
      'Deletes messages of a dead-letter queue, each after it was saved to a file. Their jobs stay DEAD in the jobs table ' +
        'and can no longer be redriven.',
    )
    .addArgument(typeArgument())
    .option('-y, --yes', 'do not ask; without it, and without a terminal, nothing is deleted')
    .option('--save <file>', 'new file to save them to (default: <app>-<stage>-<type>-dlq-<time>.ndjson)')
    .option('--no-save', 'do not save them: they are gone');
  withFilters(command);
  runs<Options>(command, run, async (context, [type = ''], { yes, save, ...options }) => {
    const file = save === false ? undefined : (save ?? newFileName(names.deadLetterQueue(context.stage.name, type)));
    const filter = filterOf(options);
    const expected = await estimate(context.stage, type, filter);
    const kept = file === undefined ? 'They are NOT saved.' : `They are saved to ${file} first.`;
    const question = `${expected.truncated ? 'At least ' : ''}${expected.matching} of ${expected.inQueue} dead letters of ${type} match. ${kept} Delete them?`;
    if (!(await agreed(context, yes === true, question))) {
      if (!context.print.result({ dryRun: true, ...expected })) printDryRun(context, question, 'nothing was deleted');
      return;
    }
    const progress = makeProgress('deleted', expected.matching, context);
    const { stage, signal } = context;
    const purged = await purge(stage, type, { file, filter, signal, onProgress: progress.update }).catch(
      (error: unknown) => {
        const { code } = error as { code?: unknown };
        throw code === 'EEXIST' ? new UsageError(`${file} exists already: name another file with --save`) : error;
      },
    );
    progress.end();
    return report(context, purged, purged.saved === 0 ? undefined : file);
  });
}

function report({ print }: Context, { deleted, left, received }: Purged, file?: string): ExitCode | undefined {
  const { interrupted, passedOver, atQuota } = received;
  const unseen = notAllSeen(received);
  if (!print.result({ deleted, left, passedOver, interrupted, atQuota, ...(file !== undefined && { file }) })) {
    print.line(`${deleted} deleted${file === undefined ? '' : `, saved in ${file}`}; ${passedOver} others left`);
    if (left > 0) print.line(`${left} were saved and could not be deleted: purge again`);
    if (unseen !== undefined) print.line(unseen);
    if (interrupted) print.line('interrupted: for the rest, run the same command again with another file');
  }
  throwIfFailed(received);
  return left > 0 || atQuota ? EXIT.partly : undefined;
}
