import type { Command } from 'commander';
import { definitions } from '../../../functions/index.ts';
import {
  cancel,
  drain,
  EXIT,
  type Operated,
  onStage,
  queuesOf,
  retryNow,
  setRunning,
  tableOf,
} from '../../../lib/operator/index.ts';
import type { Context } from '../context.ts';
import { definitionOf, whole } from '../options.ts';
import { keyArgument, runs, typeArgument } from '../verb.ts';

export function cancelVerb(program: Command): void {
  const command = program
    .command('cancel')
    .summary('cancel a job')
    .description(
      'Cancels a job: one that waits ends at once; one that runs is told so (its signal is aborted at its next progress) ' +
        'and ends unless it completes; one that has not come yet is refused when it comes. A finished job stays as it is.',
    )
    .addArgument(typeArgument())
    .addArgument(keyArgument());
  runs(command, async ({ stage, print }, [type = '', key = '']) => {
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

export function retryVerb(program: Command): void {
  const command = program
    .command('retry')
    .summary('retry a parked job now')
    .description(
      'Makes a parked job due now instead of when it was: it starts at the dispatcher’s next tick, within a minute.',
    )
    .addArgument(typeArgument())
    .addArgument(keyArgument());
  runs(command, async ({ stage, print }, [type = '', key = '']) => {
    await queuesOf(stage, type);
    const { row, item } = await onStage(stage, type, () => retryNow(tableOf(stage), { type, key }));
    const done = row === 'dueNow';
    if (!print.result({ type, key, row, status: item?.status })) {
      print.line(done ? 'due now: the dispatcher sends it at its next tick' : whyNotRetried({ row, item }, type, key));
    }
    if (done) return undefined;
    return item === undefined ? EXIT.missing : EXIT.partly;
  });
}

function whyNotRetried({ item }: Operated, type: string, key: string): string {
  switch (item?.status) {
    case undefined:
      return `there is no ${type} job with key "${key}"`;
    case 'DEAD':
      return `it is DEAD: send it back with npx sluice dlq redrive ${type} --key ${key}`;
    case 'SCHEDULED':
    case 'RETRYING':
      return 'it waits in place and starts by itself within a minute';
    case 'INPROGRESS':
      return 'it runs';
    default:
      return `it is ${item?.status}: nothing to retry`;
  }
}

export function pauseVerb(program: Command): void {
  switchVerb(program.command('pause').summary('stop starting jobs of a type'), false).description(
    'Stops starting jobs of a type, by its event source: those that run end, others keep arriving and wait. A deploy that ' +
      'changes the event source resumes it.',
  );
}

export function resumeVerb(program: Command): void {
  switchVerb(program.command('resume').summary('start jobs of a type again'), true).description(
    'Starts jobs of a type again, after a pause.',
  );
}

function switchVerb(command: Command, running: boolean): Command {
  command.addArgument(typeArgument()).option('--no-wait', 'do not wait until Lambda has done it, up to a minute');
  return runs<{ wait: boolean }>(command, async ({ stage, print }, [type = ''], { wait }) => {
    const switched = await setRunning(stage, type, { running, wait });
    if (print.result(switched)) return undefined;
    print.line(`${type} is ${switched.state}${switched.changed ? '' : ' already'}`);
    return undefined;
  });
}

interface DrainOptions {
  readonly timeout: number;
}

export function drainVerb(program: Command): void {
  const command = program
    .command('drain')
    .summary('wait until nothing of a type waits or runs')
    .description('Waits until nothing of a type waits, runs or is parked. Exit code 1 if it did not come to that.')
    .addArgument(typeArgument())
    .option('--timeout <seconds>', 'how long to wait', whole('--timeout', { max: 7 * 24 * 3600 }), 3600);
  runs<DrainOptions>(command, async (context, [type = ''], { timeout }) => {
    const { stage, signal } = context;
    const onLook = look(context);
    const { end, last } = await drain(stage, type, { timeoutSeconds: timeout, signal, onLook });
    if (!context.print.result({ end, last })) {
      const { depth, inFlight, delayed, parked } = last;
      const left = `${depth} wait, ${inFlight} in flight, ${delayed} delayed, ${parked} parked`;
      const resume = end === 'paused' ? ` (${last.state}: npx sluice resume ${type})` : '';
      context.print.line(end === 'empty' ? `${type} is empty` : `${end}${resume}: ${left}`);
    }
    return end === 'empty' ? undefined : EXIT.partly;
  });
}

/** Says what is left when it changes. */
function look({ print }: Context) {
  let said = '';
  return ({
    depth,
    inFlight,
    delayed,
    parked,
  }: {
    depth: number;
    inFlight: number;
    delayed: number;
    parked: number;
  }) => {
    const text = `${depth} wait, ${inFlight} in flight, ${delayed} delayed, ${parked} parked`;
    if (text !== said) print.note(text);
    said = text;
  };
}
