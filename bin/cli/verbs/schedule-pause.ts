import type { Command } from 'commander';
import { flagsOf } from '../../../lib/operator/index.ts';
import { nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

export function pauseScheduleVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('pause')
    .summary('stop the ticks of a schedule')
    .description('Stops the ticks of a schedule. Its list and its resume say how many were missed meanwhile.')
    .addArgument(typeArgument())
    .addArgument(nameArgument());
  runs(command, run, async (context, [type = '', name = '']) => {
    const paused = await schedulesOf(context).pause(type, name);
    if (context.print.result(paused)) return;
    context.print.line(`paused since ${paused.pausedAt}`);
    context.print.note(`npx sluice schedule resume ${type} ${name}${flagsOf(context.stage)} starts its ticks again`);
  });
}
