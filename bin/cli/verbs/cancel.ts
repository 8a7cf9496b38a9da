import type { Command } from 'commander';
import {
  type CancelledFlow,
  cancel,
  cancelAll,
  cancelFlow,
  EXIT,
  type ExitCode,
  flagsOf,
  type Operated,
  onStage,
  queuesOf,
  tableOf,
} from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import type { Context } from '../context.ts';
import { definitionOf, UsageError } from '../options.ts';
import { type AllOptions, keyUnlessAll, onAllParked, withAll } from '../parked-all.ts';
import { count } from '../print.ts';
import { makeProgress } from '../progress.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options extends AllOptions {
  readonly flow?: boolean;
}

interface Named {
  readonly type: string;
  readonly key: string;
}

export function cancelVerb(program: Command, run: Run): void {
  const command = program
    .command('cancel')
    .summary('cancel a job, or a batch with its callback')
    .description(
      'Cancels a job. A job that waits ends at once. A job that runs has its signal aborted at its next progress, and ends ' +
        'CANCELLED unless it completes. A job that has not come yet is refused when it comes. A finished job stays as it is.',
    )
    .addArgument(typeArgument())
    .option('--flow', 'the job is a batch’s callback: cancel it, and every job of the batch that has not ended');
  withAll(command);
  runs<Options>(command, run, async (context, [type = '', given], options) => {
    const { flow, all } = options;
    const key = keyUnlessAll(given, options);
    if (flow === true && all === true) throw new UsageError('give --flow or --all, not both');
    if (flow === true) return cancelBatch(context, { type, key });
    if (all === true) return cancelParked(context, type, options);
    const { host, stage, print } = context;
    const definitions = await loadDefinitions(host);
    await queuesOf(stage, type);
    const definition = definitionOf(definitions, type);
    const { row, item } = await onStage(stage, type, () => cancel(tableOf(stage), definition, key));
    if (print.result({ type, key, row, status: item?.status })) return row === 'none' ? EXIT.partly : undefined;
    print.line(CANCELLED[row] ?? `${type} ${key} is ${item?.status}: nothing to cancel`);
    if (row === 'refusedAhead' && definition.begin === 'optimistic')
      print.note(`if it runs for the first time now, it ends CANCELLED: ${type} begins optimistically`);
    if (row !== 'none' && (item?.open?.size ?? 0) > 0)
      print.note(`its children run on: npx sluice cancel ${type} ${key} --flow${flagsOf(stage)} cancels them, too`);
    return row === 'none' ? EXIT.partly : undefined;
  });
}

const CANCELLED: Readonly<Partial<Record<Operated['row'], string>>> = {
  refusedAhead: 'no such job yet: it is refused when it comes',
  cancelledWaiting: 'cancelled',
  cancelledByMessage:
    'a batch waits for it: cancellation requested, its next message ends it and reports that to the batch',
  cancelRequested: 'it runs: cancellation requested, it ends CANCELLED unless it completes',
};

async function cancelParked(context: Context, type: string, options: Options): Promise<ExitCode | undefined> {
  const { host, stage, signal } = context;
  const definitions = await loadDefinitions(host);
  const chosen = { type: definitionOf(definitions, type).type };
  const how = { perSecond: options.rate, signal, definitionOf: (of: string) => definitionOf(definitions, of) };
  return onAllParked(context, {
    ...{ type, yes: options.yes === true, done: 'cancelled' },
    question: 'They end CANCELLED, and do not run. Cancel them?',
    change: (onProgress) => cancelAll(stage, chosen, { ...how, onProgress }),
  });
}

async function cancelBatch(context: Context, name: Named): Promise<ExitCode | undefined> {
  const { host, stage, print, signal } = context;
  const definitions = await loadDefinitions(host);
  definitionOf(definitions, name.type);
  const progress = makeProgress('jobs', undefined, context);
  const done = await cancelFlow(stage, name, {
    definitionOf: (type) => definitionOf(definitions, type),
    signal,
    onProgress: progress.update,
  }).finally(progress.end);
  const { row, callback, jobs, interrupted } = done;
  const { status } = callback;
  if (!print.result({ ...name, row, status, jobs, interrupted })) {
    for (const line of row === 'none' ? [overSince(done)] : told(done)) print.line(line);
  }
  return row === 'none' ? EXIT.partly : undefined;
}

/** Why there is nothing to cancel. */
function overSince({ callback: { status, completedAt, failedAt } }: CancelledFlow): string {
  const ended = status === 'DEAD' ? `died at ${failedAt}` : status === 'EXPIRED' ? `expired at ${failedAt}` : undefined;
  return `nothing to cancel: its callback ${ended ?? `completed at ${completedAt}`}`;
}

function told({ callback, jobs, interrupted }: CancelledFlow): string[] {
  const said = callback.status === 'CANCELLED' ? 'its callback is cancelled' : 'its callback is asked to end';
  const counts = Object.entries(JOBS).flatMap(([row, what]) => {
    const n = jobs[row as Operated['row']] ?? 0;
    return n === 0 ? [] : [`${count(n)} ${what}`];
  });
  const rest = interrupted ? ['interrupted: the same command goes on'] : [];
  return [said, ...counts, ...rest];
}

/** What became of the jobs of a flow, by the row that was written. */
const JOBS: Readonly<Partial<Record<Operated['row'], string>>> = {
  cancelledWaiting: 'cancelled',
  cancelledByMessage: 'that wait end with their next messages',
  cancelRequested: 'that run end CANCELLED unless they complete',
  refusedAhead: 'that had not come are refused when they come',
  none: 'had ended',
};
