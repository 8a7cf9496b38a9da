import type { Command } from 'commander';
import { EXIT } from '../../../lib/operator/index.ts';
import { nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

export function deleteVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('delete')
    .summary('delete a schedule')
    .description('Deletes a schedule that was made at run time. The jobs that it has sent go on.')
    .addArgument(typeArgument())
    .addArgument(nameArgument());
  runs(command, run, async (context, [type = '', name = '']) => {
    const deleted = await schedulesOf(context).delete(type, name);
    const said = deleted ? `deleted ${type} ${name}` : `there is no schedule "${name}" of ${type}`;
    if (!context.print.result({ type, name, deleted })) context.print.line(said);
    return deleted ? undefined : EXIT.missing;
  });
}
