import { Argument, type Command } from 'commander';
import { type ChangedAll, EXIT, type ExitCode, waiting } from '../../lib/operator/index.ts';
import { agreed, printDryRun } from './ask.ts';
import type { Context } from './context.ts';
import { key, UsageError, whole } from './options.ts';
import { count } from './print.ts';
import { makeProgress } from './progress.ts';

/** Options of a verb that works on one job, or with `--all` on all parked jobs of a type. */
export interface AllOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly rate: number;
}

/** Adds `[key]`, `--all`, `--yes` and `--rate`. */
export function withAll(command: Command): Command {
  return command
    .addArgument(new Argument('[key]', 'the job’s key, or its id; not with --all').argParser(key))
    .option('--all', 'all parked jobs of the type')
    .option('-y, --yes', 'with --all: do it, do not ask')
    .option('--rate <n>', 'with --all: jobs a second at most', whole('--rate', { max: 1000 }), 100);
}

/** The key, which is given unless `--all` is. @throws UsageError */
export function keyUnlessAll(given: string | undefined, { all }: Pick<AllOptions, 'all'>): string {
  if (all === true && given !== undefined) throw new UsageError('give a key or --all, not both');
  if (all !== true && given === undefined) throw new UsageError('name a job by its key, or give --all');
  return given ?? '';
}

/** What a verb does to all parked jobs of a type. */
export interface AllWork {
  readonly type: string;
  readonly yes: boolean;
  /** What happens to them, and the question: `They are due now. Retry them?` */
  readonly question: string;
  /** As it is shown beside a number: `due now`. */
  readonly done: string;
  readonly change: (onProgress: (done: number) => void) => Promise<ChangedAll>;
}

/** Asks, works on all parked jobs of a type, and says what became of them. */
export async function onAllParked(context: Context, work: AllWork): Promise<ExitCode | undefined> {
  const { stage, signal, print } = context;
  const { total, totalMore } = await waiting(stage, work.type, { limit: 1, signal });
  const question = `${totalMore ? 'More than ' : ''}${count(total)} jobs of ${work.type} are parked. ${work.question}`;
  if (!(await agreed(context, work.yes, question))) {
    if (!print.result({ dryRun: true, parked: total, more: totalMore }))
      printDryRun(context, question, 'nothing was changed');
    return undefined;
  }
  const progress = makeProgress('jobs', total, context);
  const all = await work.change(progress.update).finally(progress.end);
  report(context, work, all);
  if (all.failure !== undefined) throw all.failure;
  return all.refused.length > 0 || (all.changed === 0 && all.chosen > 0) ? EXIT.partly : undefined;
}

function report({ print }: Context, { done }: AllWork, all: ChangedAll): void {
  const { failure: _, ...result } = all;
  const { chosen, changed, unchanged, callbacks, refused, left, interrupted, truncated } = all;
  if (print.result(result)) return;
  const waits = callbacks > 0 ? `, ${count(callbacks)} of them callbacks that wait for their children` : '';
  const rest = unchanged > 0 ? `; ${count(unchanged)} unchanged${waits || ': they had begun or ended meanwhile'}` : '';
  print.line(chosen === 0 ? 'no job is parked: nothing was changed' : `${count(changed)} ${done}${rest}`);
  for (const one of refused) print.line(`refused: ${one.key}: ${one.why}`);
  if (interrupted) print.line(`interrupted: ${count(left)} are left; the same command goes on`);
  if (truncated) print.line('there are more than were read: run the same command again');
}
