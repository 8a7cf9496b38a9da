import type { Command } from 'commander';
import { EXIT } from '../../../lib/operator/index.ts';
import { agreed, printDryRun } from '../ask.ts';
import { whole } from '../options.ts';
import { count } from '../print.ts';
import { nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly from: string;
  readonly to?: string;
  readonly limit: number;
  readonly yes?: boolean;
}

export function backfillVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('backfill')
    .summary('send the jobs of ticks that were missed')
    .description(
      'Sends a job for each tick of a schedule between two times, under the id that the tick’s own job has: one that ran ' +
        'within the retention is a duplicate, and runs nothing. Without --yes and without a terminal it only counts them.',
    )
    .addArgument(typeArgument())
    .addArgument(nameArgument())
    .requiredOption('--from <time>', 'the first time, ISO 8601 with a zone')
    .option('--to <time>', 'the last time, at most now (default: now)')
    .option('--limit <n>', 'ticks at most; with more, nothing is sent', whole('--limit', { max: 100_000 }), 1000)
    .option('-y, --yes', 'do it, do not ask');
  runs<Options>(command, run, async (context, [type = '', name = ''], { yes, ...options }) => {
    const { print, signal } = context;
    const schedules = schedulesOf(context);
    const counted = await schedules.backfill(type, name, { ...options, dryRun: true });
    const ticks = `${counted.more ? 'more than ' : ''}${count(counted.ticks)} ticks`;
    const question = `${ticks} of ${type} ${name} from ${options.from} to ${options.to ?? 'now'}. Send their jobs?`;
    if (!(await agreed(context, yes === true, question))) {
      if (!print.result({ dryRun: true, ...counted })) printDryRun(context, question, 'nothing was sent');
      return;
    }
    const filled = await schedules.backfill(type, name, { ...options, signal });
    const { sent = 0, failed = 0, why, caution } = filled;
    if (!print.result(filled)) {
      print.line(`${count(sent)} of ${count(filled.ticks)} sent`);
      if (why !== undefined)
        print.line(`${count(failed)} may not have been sent: ${why}; the same command again is safe`);
      if (caution !== undefined) print.note(caution);
    }
    return sent < filled.ticks ? EXIT.partly : undefined;
  });
}
