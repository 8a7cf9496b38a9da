import type { Command } from 'commander';
import { cancel, EXIT, type Operated, onStage, queuesOf, tableOf } from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import { definitionOf } from '../options.ts';
import { keyArgument, type Run, runs, typeArgument } from '../verb.ts';

export function cancelVerb(program: Command, run: Run): void {
  const command = program
    .command('cancel')
    .summary('cancel a job')
    .description(
      'Cancels a job. A job that waits ends at once. A job that runs has its signal aborted at its next progress, and ends ' +
        'CANCELLED unless it completes. A job that has not come yet is refused when it comes. A finished job stays as it is.',
    )
    .addArgument(typeArgument())
    .addArgument(keyArgument());
  runs(command, run, async ({ host, stage, print }, [type = '', key = '']) => {
    const definitions = await loadDefinitions(host);
    await queuesOf(stage, type);
    const definition = definitionOf(definitions, type);
    const { row, item } = await onStage(stage, type, () => cancel(tableOf(stage), definition, key));
    if (print.result({ type, key, row, status: item?.status })) return row === 'none' ? EXIT.partly : undefined;
    print.line(CANCELLED[row] ?? `${type} ${key} is ${item?.status}: nothing to cancel`);
    return row === 'none' ? EXIT.partly : undefined;
  });
}

const CANCELLED: Readonly<Partial<Record<Operated['row'], string>>> = {
  refusedAhead: 'no such job yet: it is refused when it comes',
  cancelledWaiting: 'cancelled',
  cancelRequested: 'it runs: cancellation requested, it ends CANCELLED unless it completes',
};
