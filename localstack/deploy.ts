import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { prefixOf } from '../lib/contract/names.ts';
import { runCommand, tail } from './command.ts';
import { type Emulator, EmulatorError } from './emulator.ts';
import { fillGaps, LEFT_OUT } from './gaps.ts';
import { removeGone } from './gone-stacks.ts';
import { childEnvironment, NODE_BIN, ROOT, workFolder } from './places.ts';
import { stackProgress } from './stack-progress.ts';
import { warningsIn } from './synth-warnings.ts';

/** Options of {@link deploy}. */
export interface DeployOptions {
  /** Its full name: `dev`, or `shop/dev` of an app with a name of its own. */
  readonly stage: string;
  /** More context for the CDK app (`-c name=value`), as `stripeApiBase` or `syncAllowedHosts`. */
  readonly context?: Readonly<Record<string, string>>;
  /** Values for secrets that the stacks create with a placeholder, by name without `<app>-<stage>/`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Stacks to deploy, each with those it depends on. @default all */
  readonly stacks?: readonly string[];
  /** Whether stacks of the stage that the app no longer has are deleted. @default false: they stay as they are */
  readonly removesGone?: boolean;
  /** Gets a line for each step. */
  readonly log?: (line: string) => void;
  /** Folder with the cdk.json. @default the checkout, or the project */
  readonly app?: string;
}

/** The queues of a job type. */
export interface DeployedQueues {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** A deployed stage, read from the outputs of its stacks. */
export interface Deployment {
  readonly stage: string;
  readonly jobsTableName: string;
  readonly alarmTopicArn: string;
  /** By job type. */
  readonly queues: Readonly<Record<string, DeployedQueues>>;
}

/** The part of an emulator that a deploy needs: plain data. */
export type DeployTarget = Pick<Emulator, 'kind' | 'name' | 'endpoint' | 'env' | 'clientConfig'>;

const CONCURRENCY = 5;
/** SQS refuses the name of a deleted queue for 60 s (SQS API Reference, CreateQueue: QueueDeletedRecently). */
const NAME_FREE_AFTER_MS = 62_000;

/**
 * Bootstraps the emulator if it is new, deploys a stage's stacks, and then sets what the emulator leaves out.
 *
 * @throws EmulatorError with the end of the CDK's output
 */
export async function deploy(emulator: DeployTarget, options: DeployOptions): Promise<Deployment> {
  const log = options.log ?? (() => undefined);
  const cloudFormation = new CloudFormationClient(emulator.clientConfig);
  try {
    if (!(await isBootstrapped(cloudFormation, emulator))) await bootstrap(emulator, log);
    await deployStacks(emulator, options, log);
    const output = await outputFolder(emulator, options);
    for (const warning of warningsIn(output)) log(`! ${warning}`);
    if (options.removesGone) await removeGone(cloudFormation, { stage: options.stage, output, log });
    const deployment = await readOutputs(cloudFormation, options.stage);
    await fillGaps(emulator.clientConfig, {
      ...deployment,
      secrets: options.secrets ?? {},
      emailSender: options.context?.emailSender,
    });
    return deployment;
  } finally {
    cloudFormation.destroy();
  }
}

async function isBootstrapped(
  cloudFormation: CloudFormationClient,
  { name, endpoint }: DeployTarget,
): Promise<boolean> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    return Stacks.some(({ StackStatus = '' }) => /^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus));
  } catch (error) {
    // "Stack with id CDKToolkit does not exist" has no error name of its own.
    if (error instanceof Error && error.name === 'ValidationError') return false;
    throw new EmulatorError(`CloudFormation of ${name} at ${endpoint} did not say which stacks there are`, {
      cause: error,
    });
  }
}

async function bootstrap(emulator: DeployTarget, log: (line: string) => void): Promise<void> {
  log('bootstrapping the CDK');
  const environment = `aws://${emulator.env.CDK_DEFAULT_ACCOUNT}/${emulator.env.CDK_DEFAULT_REGION}`;
  // In another folder than the checkout: with a cdk.json there, bootstrap would synthesise the whole app first.
  await cdk(emulator, { args: ['bootstrap', environment], cwd: await workFolder('bootstrap') });
}

/**
 * Deletes a stage's stacks. Their data goes with them, as on every emulator.
 *
 * @throws EmulatorError with the end of the CDK's output
 */
export async function destroy(emulator: DeployTarget, options: DeployOptions): Promise<void> {
  await cdk(emulator, {
    args: ['destroy', '--all', '--force', ...(await appArgs(emulator, options))],
    cwd: options.app ?? ROOT,
  });
}

async function deployStacks(
  emulator: DeployTarget,
  options: DeployOptions,
  log: (line: string) => void,
): Promise<void> {
  log(`deploying stage ${options.stage}`);
  const concurrency = ['--require-approval', 'never', '--concurrency', String(CONCURRENCY)];
  const args = ['deploy', ...(options.stacks ?? ['--all']), ...concurrency, ...(await appArgs(emulator, options))];
  const command = { args, cwd: options.app ?? ROOT, onLine: stackProgress(log) };
  try {
    await cdk(emulator, command);
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    log('a queue of this name was deleted less than a minute ago, and SQS keeps a name for 60 s: waiting to try again');
    await setTimeout(NAME_FREE_AFTER_MS);
    await cdk(emulator, command);
  }
}

/** CloudFormation has no error code for it, so the CDK's output in the EmulatorError is searched. */
function isNameTaken(error: unknown): boolean {
  return error instanceof EmulatorError && /QueueDeletedRecently|wait 60 seconds after deleting/.test(error.message);
}

async function appArgs(emulator: DeployTarget, options: DeployOptions): Promise<string[]> {
  const without = emulator.kind === 'embedded' ? { leaveOut: LEFT_OUT.join(',') } : {};
  const context = { stage: options.stage, emulator: emulator.kind, ...without, ...options.context };
  const output = await outputFolder(emulator, options);
  await rm(output, { recursive: true, force: true });
  return ['--output', output, ...Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** One folder for each stage and emulator: the CDK locks it, and two commands may deploy at the same time. */
const outputFolder = async ({ endpoint }: DeployTarget, { stage }: DeployOptions): Promise<string> =>
  join(await workFolder('cdk.out'), `${prefixOf(stage)}-${new URL(endpoint).port}`);

interface CdkCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
}

async function cdk(emulator: DeployTarget, { args, cwd, onLine }: CdkCommand): Promise<void> {
  const result = await runCommand(join(NODE_BIN, 'cdk'), [...args, '--no-notices', '--ci', '--progress', 'events'], {
    cwd,
    env: childEnvironment({
      ...emulator.env,
      CDK_HOME: await workFolder('cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    }),
    timeoutMs: 600_000,
    ...(onLine && { onLine }),
  }).catch((cause: unknown) => {
    throw new EmulatorError('the cdk command could not be started: run npm install first', { cause });
  });
  if (result.code === 0) return;
  throw new EmulatorError(`cdk ${args[0]} failed on ${emulator.name}. It said:\n${tail(relevant(result.output))}`);
}

/** Drops progress lines, except those that report a failure. */
function relevant(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/_(IN_PROGRESS|COMPLETE) |: (start|success): /.test(line))
    .join('\n');
}

async function readOutputs(cloudFormation: CloudFormationClient, stage: string): Promise<Deployment> {
  const prefix = `${prefixOf(stage)}-`;
  const queues: Record<string, DeployedQueues> = {};
  let core: Record<string, string> = {};
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: cloudFormation }, {})) {
    for (const { StackName = '', StackStatus = '', Outputs = [] } of Stacks) {
      if (!StackName.startsWith(prefix) || StackStatus === 'DELETE_COMPLETE') continue;
      const outputs = Object.fromEntries(
        Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
      );
      if (StackName === `${prefix}core`) core = outputs;
      else if (outputs.QueueUrl && outputs.DeadLetterQueueUrl) {
        const { QueueUrl: queueUrl, DeadLetterQueueUrl: deadLetterQueueUrl } = outputs;
        queues[StackName.slice(prefix.length)] = { queueUrl, deadLetterQueueUrl };
      }
    }
  }
  const { JobsTableName: jobsTableName, AlarmTopicArn: alarmTopicArn } = core;
  if (!jobsTableName || !alarmTopicArn) {
    throw new EmulatorError(`stack ${prefix}core lacks its outputs JobsTableName and AlarmTopicArn: was it deployed?`);
  }
  return { stage, jobsTableName, alarmTopicArn, queues };
}
