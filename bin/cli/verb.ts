import { Argument, type Command } from 'commander';
import { EXIT, type ExitCode } from '../../lib/operator/index.ts';
import { type CommonOptions, type Context, makeContext, withCommon } from './context.ts';
import type { Host } from './host.ts';
import { jobType, key } from './options.ts';

/** Carries a verb out. @returns the exit code; undefined means 0 */
export type Action<Options> = (
  context: Context,
  args: readonly string[],
  options: Options,
) => Promise<ExitCode | undefined>;

/** What a run of the command adds its verbs to. */
export interface Run {
  readonly host: Host;
  /** Set by the verb that ran. */
  exitCode: ExitCode;
}

/** Gives a command the common options and the action that it runs. */
export function runs<Options>(command: Command, run: Run, action: Action<Options>): Command {
  return withCommon(command).action(async (...given: unknown[]) => {
    const options = command.optsWithGlobals<Options & CommonOptions>();
    const context = makeContext(options, run.host);
    const args = given.slice(0, command.registeredArguments.length).map((value) => value as string);
    run.exitCode = (await action(context, args, options)) ?? EXIT.done;
    if (context.signal.aborted) run.exitCode = EXIT.interrupted;
  });
}

export const typeArgument = (text = 'job type, as send-email'): Argument =>
  new Argument('<type>', text).argParser(jobType);
export const optionalType = (): Argument =>
  new Argument('[type]', 'job type, as send-email (default: all)').argParser(jobType);
export const keyArgument = (): Argument => new Argument('<key>', 'the job’s key, or its id').argParser(key);
