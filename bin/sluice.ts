import { Command, CommanderError } from 'commander';
import { EXIT, explain } from '../lib/operator/index.ts';
import { type CommonOptions, stageName } from './cli/context.ts';
import { cancelVerb } from './cli/verbs/cancel.ts';
import { deadVerb } from './cli/verbs/dead.ts';
import { dlqVerb } from './cli/verbs/dlq.ts';
import { doctorVerb } from './cli/verbs/doctor.ts';
import { drainVerb } from './cli/verbs/drain.ts';
import { jobVerb } from './cli/verbs/job.ts';
import { newVerb } from './cli/verbs/new.ts';
import { pauseVerb } from './cli/verbs/pause.ts';
import { queuesVerb } from './cli/verbs/queues.ts';
import { resumeVerb } from './cli/verbs/resume.ts';
import { retryVerb } from './cli/verbs/retry.ts';
import { schemaVerb } from './cli/verbs/schema.ts';
import { sendVerb } from './cli/verbs/send.ts';

const EXIT_CODES = `
Exit codes: 0 done; 1 done in part, or a fault was found; 2 wrong usage or input; 3 no such stage, job type or job;
4 credentials or rights; 5 AWS did not answer as it should, try again; 130 interrupted.`;

function makeProgram(): Command {
  const program = new Command('sluice')
    .description('Operates Sluice: background jobs on SQS, Lambda and DynamoDB.')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride();
  for (const add of [queuesVerb, jobVerb, sendVerb, deadVerb, dlqVerb, retryVerb, cancelVerb]) add(program);
  for (const add of [pauseVerb, resumeVerb, drainVerb, doctorVerb, schemaVerb, newVerb]) add(program);
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

/** An option as it was typed: the failure may have come before the options were parsed. */
function typed(name: 'stage' | 'profile' | 'region' | 'endpoint'): string | undefined {
  const at = process.argv.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const arg = process.argv[at];
  return arg?.includes('=') ? arg.slice(name.length + 3) : at < 0 ? undefined : process.argv[at + 1];
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    const asked = /helpDisplayed|version|^commander\.help$/.test(error.code) && error.exitCode === 0;
    process.exitCode = asked ? EXIT.done : EXIT.usage;
    return;
  }
  const options: CommonOptions = { ...(typed('stage') !== undefined && { stage: typed('stage') as string }) };
  const where = {
    stage: stageName(options),
    profile: typed('profile') ?? process.env.AWS_PROFILE,
    region: typed('region') ?? process.env.AWS_REGION,
    endpoint: typed('endpoint') ?? process.env.AWS_ENDPOINT_URL,
  };
  const { exitCode, message, todo } = explain(error, where);
  process.exitCode = exitCode;
  if (process.argv.includes('--json'))
    process.stderr.write(`${JSON.stringify({ error: { message, todo, exitCode } })}\n`);
  else process.stderr.write(`sluice: ${message}${todo === undefined ? '' : `\n  ${todo}`}\n`);
  if (process.argv.includes('--debug')) console.error(error);
}

// A reader that closes early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

await makeProgram().parseAsync().catch(fail);
