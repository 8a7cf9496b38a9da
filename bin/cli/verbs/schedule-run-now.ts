import type { Command } from 'commander';
import { nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

export function runNowVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('run-now')
    .summary('send one job of a schedule now')
    .description(
      'Sends one job of a schedule now, beside its ticks: each time another job. A paused one sends it, too.',
    )
    .addArgument(typeArgument())
    .addArgument(nameArgument());
  runs(command, run, async (context, [type = '', name = '']) => {
    const sent = await schedulesOf(context).runNow(type, name);
    if (!context.print.result({ type, ...sent })) context.print.line(`sent ${type} ${sent.jobId}`);
  });
}
