import type { Command } from 'commander';
import type { ScheduleInfo } from '../../../lib/operator/index.ts';
import { count, shortTime, time } from '../print.ts';
import { missedNote, schedulesOf } from '../schedules.ts';
import { optionalType, type Run, runs } from '../verb.ts';

export function listVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('list')
    .summary('the schedules of a stage')
    .description(
      'Lists the schedules that were made at run time, with their next times. Of each that is paused it says how many ticks ' +
        'were missed since.',
    )
    .addArgument(optionalType());
  runs(command, run, async (context, [type]) => {
    const { print } = context;
    const found = await schedulesOf(context).list(type);
    if (print.result({ schedules: found })) return;
    if (found.length === 0) print.note('no schedule was made at run time');
    else print.table(found, COLUMNS);
    for (const one of found) {
      if (one.missed !== undefined) print.note(missedNote(context, one, one.missed));
    }
  });
}

const COLUMNS = [
  { head: 'TYPE', cell: ({ type }: ScheduleInfo) => type, cut: 'end' },
  { head: 'NAME', cell: ({ name }: ScheduleInfo) => name, cut: 'middle' },
  { head: 'EXPRESSION', cell: ({ expression }: ScheduleInfo) => expression, cut: 'end' },
  { head: 'ZONE', cell: ({ timeZone }: ScheduleInfo) => timeZone, cut: 'end' },
  { head: 'STATE', cell: ({ state }: ScheduleInfo) => state },
  { head: 'MISSED', cell: ({ missed }: ScheduleInfo) => count(missed?.count ?? 0), right: true },
  {
    head: 'NEXT',
    cell: ({ next }: ScheduleInfo) => time(next[0]),
    short: ({ next }: ScheduleInfo) => shortTime(next[0]),
  },
] as const;
