import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, explain, type Failure, type Whereabouts } from '../lib/operator/index.ts';
import { type CommonOptions, whereabouts } from './cli/context.ts';
import { dashHint, withIdsApart } from './cli/dashed-ids.ts';
import type { Host } from './cli/host.ts';
import type { Run } from './cli/verb.ts';
import { breakerVerb } from './cli/verbs/breaker.ts';
import { cancelVerb } from './cli/verbs/cancel.ts';
import { completionVerb } from './cli/verbs/completion.ts';
import { consoleVerb } from './cli/verbs/console.ts';
import { deadVerb } from './cli/verbs/dead.ts';
import { dlqVerb } from './cli/verbs/dlq.ts';
import { doctorVerb } from './cli/verbs/doctor.ts';
import { drainVerb } from './cli/verbs/drain.ts';
import { findVerb } from './cli/verbs/find.ts';
import { flowVerb } from './cli/verbs/flow.ts';
import { flowsVerb } from './cli/verbs/flows.ts';
import { initVerb } from './cli/verbs/init.ts';
import { jobVerb } from './cli/verbs/job.ts';
import { localVerb } from './cli/verbs/local.ts';
import { mcpVerb } from './cli/verbs/mcp.ts';
import { newVerb } from './cli/verbs/new.ts';
import { pauseVerb } from './cli/verbs/pause.ts';
import { queuesVerb } from './cli/verbs/queues.ts';
import { resumeVerb } from './cli/verbs/resume.ts';
import { retryVerb } from './cli/verbs/retry.ts';
import { scheduleVerb } from './cli/verbs/schedule.ts';
import { schemaVerb } from './cli/verbs/schema.ts';
import { sendVerb } from './cli/verbs/send.ts';
import { traceVerb } from './cli/verbs/trace.ts';
import { waitingVerb } from './cli/verbs/waiting.ts';
import { visible, visibleJson, visibleLines } from './cli/visible.ts';

const EXIT_CODES = `
Exit codes: 0 done; 1 done in part, or a fault was found; 2 wrong usage or input; 3 no such stage, job type or job;
4 credentials or rights; 5 AWS did not answer as it should, try again; 130 interrupted.`;

/**
 * Runs the command.
 *
 * @param args  what stands behind `sluice`
 * @returns the exit code; what is to be read was printed on the host's streams
 */
export async function sluice(args: readonly string[], host: Host): Promise<ExitCode> {
  const run: Run = { host, exitCode: EXIT.done };
  const program = makeProgram(run, isJson(args));
  try {
    await program.parseAsync(withIdsApart(program, args), { from: 'user' });
    return run.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return misused(error, { hint: dashHint(program, args), args, host });
    return fail(error, args, host);
  }
}

/** Whether failures are JSON, too. What stands behind `--` is no option. */
const isJson = (args: readonly string[]): boolean => args.includes('--json') && !behindDashes(args).includes('--json');
const behindDashes = (args: readonly string[]) => (args.includes('--') ? args.slice(args.indexOf('--')) : []);

/** @param json whether commander's own messages are left out: {@link misused} prints them as JSON */
function makeProgram(run: Run, json: boolean): Command {
  const { stdout, stderr } = run.host;
  const program = new Command('sluice')
    .description('Operates Sluice: background jobs on SQS, Lambda and DynamoDB.')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows how it is used)')
    .configureOutput({
      writeOut: (text) => void stdout.write(visibleLines(text)),
      writeErr: (text) => json || void stderr.write(visibleLines(text)),
    })
    .exitOverride();
  for (const add of [queuesVerb, jobVerb, findVerb, waitingVerb, flowVerb, flowsVerb]) add(program, run);
  for (const add of [sendVerb, scheduleVerb, deadVerb, dlqVerb]) add(program, run);
  for (const add of [retryVerb, cancelVerb, pauseVerb, resumeVerb, breakerVerb, drainVerb, doctorVerb, traceVerb])
    add(program, run);
  for (const add of [schemaVerb, newVerb, localVerb, initVerb, consoleVerb, mcpVerb, completionVerb]) add(program, run);
  inherit(program);
  return program;
}

/** Subcommands inherit the program's settings. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

const TYPED = ['stage', 'app', 'profile', 'region', 'endpoint'] as const satisfies readonly (keyof CommonOptions)[];

/** Options as they were typed: the failure may have come before they were parsed. */
function typed(args: readonly string[]): CommonOptions {
  const found = TYPED.flatMap((name) => {
    const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    const arg = args[at];
    const value = arg?.includes('=') ? arg.slice(name.length + 3) : at < 0 ? undefined : args[at + 1];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(found), ...(args.includes('--local') && { local: true }) } as CommonOptions;
}

const ELSEWHERE: readonly ExitCode[] = [EXIT.missing, EXIT.access, EXIT.later];

/** What {@link explain} says where nothing names an account. */
const NO_ACCOUNT = /^no (region is set|AWS credentials were found)/;
const WITHOUT_ACCOUNT = 'without an AWS account: npm run local keeps a stage up on this machine, --local looks at it';

/** A way out that is easily overlooked: the stage that is looked for is the one on this machine. */
function localHint({ exitCode, message }: Failure, where: Whereabouts, host: Host): string | undefined {
  const isElsewhere = ELSEWHERE.includes(exitCode) || message === 'no region is set';
  const local = isElsewhere ? host.localStage?.() : undefined;
  if (local === undefined && NO_ACCOUNT.test(message)) return WITHOUT_ACCOUNT;
  if (local === undefined || local.endpoint === where.endpoint) return undefined;
  return `npm run local keeps stage ${local.stage} up on this machine: add --local for it`;
}

interface Misuse {
  /** For a mistyped option that may have been meant as an id. */
  readonly hint: string | undefined;
  readonly args: readonly string[];
  readonly host: Host;
}

/** What commander found wrong, which it has printed, but as JSON. */
function misused({ code, exitCode, message }: CommanderError, { hint, args, host: { stderr } }: Misuse): ExitCode {
  if (/helpDisplayed|version|^commander\.help$/.test(code) && exitCode === 0) return EXIT.done;
  const todo = code === 'commander.unknownOption' ? hint : undefined;
  if (isJson(args)) stderr.write(`${visibleJson(usageError(message, todo))}\n`);
  else if (todo !== undefined) stderr.write(`(${visible(todo)})\n`);
  return EXIT.usage;
}

const usageError = (said: string, hint: string | undefined): object => ({
  error: {
    message: said.replace(/^error: /, '').replaceAll('\n', ' '),
    todo: [hint, '--help shows how it is used'].filter((one) => one !== undefined).join('; '),
    exitCode: EXIT.usage,
  },
});

function fail(error: unknown, args: readonly string[], host: Host): ExitCode {
  const where = whereabouts(typed(args), host);
  const failure = explain(error, where);
  const { exitCode, message } = failure;
  const hints = [failure.todo, localHint(failure, where, host)].filter((hint) => hint !== undefined);
  const todo = hints.length === 0 ? undefined : hints.join('; ');
  const print = (text: string) => void host.stderr.write(`${text}\n`);
  if (isJson(args)) print(visibleJson({ error: { message, todo, exitCode } }));
  else print(`sluice: ${visible(message)}${todo === undefined ? '' : `\n  ${visible(todo)}`}`);
  if (args.includes('--debug')) print(visibleLines(inspect(error)));
  return exitCode;
}
