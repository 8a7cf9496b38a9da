import type { Command } from 'commander';
import {
  EXIT,
  flagsOf,
  type Operated,
  onStage,
  queuesOf,
  retryAll,
  retryNow,
  type Stage,
  tableOf,
} from '../../../lib/operator/index.ts';
import { type AllOptions, keyUnlessAll, onAllParked, withAll } from '../parked-all.ts';
import { count } from '../print.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

export function retryVerb(program: Command, run: Run): void {
  const command = program
    .command('retry')
    .summary('retry a parked job now')
    .description(
      'Makes a parked job due now. It starts after the dispatcher’s next tick, within a minute, instead of at its own time. A ' +
        'batch’s callback starts without the children that have not ended; --all leaves those that wait for children.',
    )
    .addArgument(typeArgument());
  withAll(command);
  runs<AllOptions>(command, run, async (context, [type = '', given], options) => {
    const { stage, print, signal } = context;
    const key = keyUnlessAll(given, options);
    if (options.all === true) {
      return onAllParked(context, {
        ...{ type, yes: options.yes === true, done: 'due now: the dispatcher sends them at its next tick' },
        question: 'They start within minutes, instead of at their own times. Retry them?',
        change: (onProgress) => retryAll(stage, { type }, { perSecond: options.rate, signal, onProgress }),
      });
    }
    await queuesOf(stage, type);
    const { row, item } = await onStage(stage, type, () => retryNow(tableOf(stage), { type, key }));
    const done = row === 'dueNow';
    if (!print.result({ type, key, row, status: item?.status })) {
      print.line(
        done
          ? `due now: the dispatcher sends it at its next tick${stillOpen(item)}`
          : whyNotRetried({ row, item }, { type, key, stage }),
      );
    }
    if (done) return undefined;
    return item === undefined ? EXIT.missing : EXIT.partly;
  });
}

/** What a callback that is fired early does not wait for. */
function stillOpen(item: Operated['item']): string {
  if (item?.total === undefined) return '';
  return `; ${count(item.open?.size ?? 0)} of its ${count(item.total)} children have not ended`;
}

interface Asked {
  readonly type: string;
  readonly key: string;
  readonly stage: Stage;
}

function whyNotRetried({ item }: Operated, { type, key, stage }: Asked): string {
  switch (item?.status) {
    case undefined:
      return `there is no ${type} job with key "${key}"`;
    case 'DEAD':
      return `it is DEAD: send it back with npx sluice dlq redrive ${type} --key ${key}${flagsOf(stage)}`;
    case 'SCHEDULED':
    case 'RETRYING':
      return 'it waits in the queue and starts by itself within a minute';
    case 'INPROGRESS':
      return 'it runs';
    default:
      return `it is ${item?.status}: nothing to retry`;
  }
}
