import { Argument } from 'commander';
import { flagsOf, type MissedTicks, runTimeSchedules, type ScheduleInfo } from '../../lib/operator/index.ts';
import type { Context } from './context.ts';
import { count } from './print.ts';

/** The stage's schedules that are made at run time. */
export const schedulesOf = ({ stage, clients }: Context) => runTimeSchedules(stage, clients.sqs);

export const nameArgument = (): Argument => new Argument('<name>', 'the schedule’s name');

/** How many ticks were missed, and what sends them. */
export function missedNote(
  { stage }: Context,
  { type, name }: Pick<ScheduleInfo, 'type' | 'name'>,
  missed: MissedTicks,
) {
  const { from, to, about, more } = missed;
  const ticks = `${more ? 'more than ' : about ? 'about ' : ''}${count(missed.count)} ticks`;
  const what = `${type} ${name}: ${ticks} from ${from} to ${to} were missed`;
  // The times of a rate are not known, so that nothing can be sent for them.
  if (about || missed.count === 0) return what;
  return `${what}: npx sluice schedule backfill ${type} ${name} --from ${from} --to ${to}${flagsOf(stage)} sends them`;
}
