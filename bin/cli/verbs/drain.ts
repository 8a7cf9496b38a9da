import type { Command } from 'commander';
import { drain, EXIT, flagsOf, type QueueState, type Stage } from '../../../lib/operator/index.ts';
import { whole } from '../options.ts';
import { count, type Printer } from '../print.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly timeout: number;
}

export function drainVerb(program: Command, run: Run): void {
  const command = program
    .command('drain')
    .summary('wait until nothing of a type waits or runs')
    .description(
      'Waits until no job of a type waits, runs or is parked. Callbacks that wait for their batches’ children do not count. Exit ' +
        'code 1 if that did not happen in time.',
    )
    .addArgument(typeArgument())
    .option('--timeout <seconds>', 'how long to wait', whole('--timeout', { max: 7 * 24 * 3600 }), 3600);
  runs<Options>(command, run, async ({ stage, print, signal }, [type = ''], { timeout }) => {
    const { end, last } = await drain(stage, type, { timeoutSeconds: timeout, signal, onLook: noteChanges(print) });
    if (!print.result({ end, last })) {
      const why = end === 'paused' ? ` (${last.state}: ${wayOn(stage, last)})` : '';
      const dead = last.dlq === 0 ? '' : `; ${last.dlq} in its dead-letter queue`;
      print.line(end === 'empty' ? `${type} is empty${dead}${waiting(last)}` : `${end}${why}: ${left(last)}`);
    }
    return end === 'empty' ? undefined : EXIT.partly;
  });
}

/** How a type that does not run goes on. One without an event source cannot be resumed. */
const wayOn = (stage: Stage, { type, state }: QueueState): string =>
  state === 'missing' ? `npx sluice doctor${flagsOf(stage)}` : `npx sluice resume ${type}${flagsOf(stage)}`;

const left = (state: QueueState): string => {
  const { depth, inFlight, delayed, parked, truncated } = state;
  const counts = `${depth} wait, ${inFlight} in flight, ${delayed} delayed, ${parked} ${truncated ? 'or more ' : ''}parked`;
  return `${counts}${waiting(state)}`;
};

/** Callbacks that nobody drains: they start when their children have ended. */
const waiting = ({ waitForChildren }: QueueState): string =>
  waitForChildren === 0 ? '' : `; ${count(waitForChildren)} wait for their children`;

/** Prints what is left each time it changes. */
function noteChanges(print: Printer): (state: QueueState) => void {
  let printed = '';
  return (state) => {
    const text = left(state);
    if (text !== printed) print.note(text);
    printed = text;
  };
}
