import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prefixOf } from '../lib/contract/names.ts';
import { runCommand, tail } from './command.ts';
import { type Emulator, EmulatorError } from './emulator.ts';
import { LEFT_OUT } from './gaps.ts';
import { childEnvironment, NODE_BIN, workFolder } from './places.ts';

/** Which app the CDK works on, and what it is told. */
export interface AppOptions {
  /** Its full name: `dev`, or `shop/dev` of an app with a name of its own. */
  readonly stage: string;
  /** More context for the CDK app (`-c name=value`), as `stripeApiBase` or `syncAllowedHosts`. */
  readonly context?: Readonly<Record<string, string>>;
  /** Folder with the cdk.json. @default the checkout, or the project */
  readonly app?: string;
}

/** A folder for a synth. Whoever runs at the same time needs another `name`: the CDK locks it. */
export const outputFolder = async ({ stage }: AppOptions, name: string | number): Promise<string> =>
  join(await workFolder('cdk.out'), `${prefixOf(stage)}-${name}`);

/** Arguments of the CDK that synthesise the app for a kind of emulator into a folder, which is emptied. */
export async function appArgs(
  { kind }: Pick<Emulator, 'kind'>,
  options: AppOptions,
  output: string,
): Promise<string[]> {
  const without = kind === 'embedded' ? { leaveOut: LEFT_OUT.join(',') } : {};
  const context = { stage: options.stage, emulator: kind, ...without, ...options.context };
  await rm(output, { recursive: true, force: true });
  return ['--output', output, ...Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** A run of the `cdk` command. */
export interface CdkCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  /** For whom it runs, in error messages. */
  readonly name: string;
  /** What its environment has besides the user's, without AWS settings. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** @throws EmulatorError with the end of its output */
export async function cdk({ args, cwd, name, env, onLine, signal }: CdkCommand): Promise<void> {
  const result = await runCommand(join(NODE_BIN, 'cdk'), [...args, '--no-notices', '--ci', '--progress', 'events'], {
    cwd,
    env: childEnvironment({
      ...env,
      CDK_HOME: await workFolder('cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    }),
    timeoutMs: 600_000,
    ...(onLine && { onLine }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    throw new EmulatorError('the cdk command could not be started: run npm install first', { cause });
  });
  if (result.code === 0) return;
  throw new EmulatorError(`cdk ${args[0]} failed on ${name}. It said:\n${tail(relevant(result.output))}`);
}

/** Drops progress lines, except those that report a failure. */
function relevant(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/_(IN_PROGRESS|COMPLETE) |: (start|success): /.test(line))
    .join('\n');
}
