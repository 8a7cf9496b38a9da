import type { Command } from 'commander';
import { missedNote, nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

export function resumeScheduleVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('resume')
    .summary('start the ticks of a schedule again')
    .description(
      'Starts the ticks of a paused schedule again. It sends none of those that were missed, and says how many.',
    )
    .addArgument(typeArgument())
    .addArgument(nameArgument());
  runs(command, run, async (context, [type = '', name = '']) => {
    const { print } = context;
    const resumed = await schedulesOf(context).resume(type, name);
    if (print.result(resumed)) return;
    print.line(resumed.next.length === 0 ? 'on' : `on; next: ${resumed.next.join(', ')}`);
    if (resumed.missed !== undefined) print.note(missedNote(context, resumed, resumed.missed));
  });
}
