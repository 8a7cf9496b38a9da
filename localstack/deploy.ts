import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { prefixOf } from '../lib/contract/names.ts';
import { type AppOptions, appArgs, cdk, outputFolder } from './cdk.ts';
import { type Emulator, EmulatorError } from './emulator.ts';
import { fillGaps } from './gaps.ts';
import { removeGone } from './gone-stacks.ts';
import { ROOT, workFolder } from './places.ts';
import { SYNTHESISED, stackProgress } from './stack-progress.ts';
import { warningsIn } from './synth-warnings.ts';

/** Options of {@link deploy}. */
export interface DeployOptions extends AppOptions {
  /** Values for secrets that the stacks create with a placeholder, by name without `<app>-<stage>/`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Stacks to deploy, each with those it depends on. @default all */
  readonly stacks?: readonly string[];
  /** Whether stacks of the stage that the app no longer has are deleted. @default false: they stay as they are */
  readonly removesGone?: boolean;
  /** Gets a line for each step. */
  readonly log?: (line: string) => void;
  /** Folder of a synth of the same app, as `synthesise` makes it. @default it is synthesised now */
  readonly ahead?: Promise<string | undefined>;
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
    const output = await deployStacks(emulator, options, log);
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
  const { name, env } = emulator;
  await cdk({ name, env, args: ['bootstrap', environment], cwd: await workFolder('bootstrap') });
}

/**
 * Deletes a stage's stacks. Their data goes with them, as on every emulator.
 *
 * @throws EmulatorError with the end of the CDK's output
 */
export async function destroy(emulator: DeployTarget, options: DeployOptions): Promise<void> {
  const app = await appArgs(emulator, options, await folderOf(emulator, options));
  const { name, env } = emulator;
  await cdk({ name, env, args: ['destroy', '--all', '--force', ...app], cwd: options.app ?? ROOT });
}

/** @returns the folder of what was deployed */
async function deployStacks(
  emulator: DeployTarget,
  options: DeployOptions,
  log: (line: string) => void,
): Promise<string> {
  const ahead = await options.ahead;
  const output = ahead ?? (await folderOf(emulator, options));
  log(`deploying stage ${options.stage}`);
  const app = ahead === undefined ? await appArgs(emulator, options, output) : ['--app', ahead];
  const concurrency = ['--require-approval', 'never', '--concurrency', String(CONCURRENCY)];
  const args = ['deploy', ...(options.stacks ?? ['--all']), ...concurrency, ...app];
  const { name, env } = emulator;
  const show = stackProgress(log);
  const onLine = (line: string) => (ahead !== undefined && SYNTHESISED.test(line) ? undefined : show(line));
  const command = { name, env, args, cwd: options.app ?? ROOT, onLine };
  try {
    await cdk(command);
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    log('a queue of this name was deleted less than a minute ago, and SQS keeps a name for 60 s: waiting to try again');
    await setTimeout(NAME_FREE_AFTER_MS);
    await cdk(command);
  }
  return output;
}

/** CloudFormation has no error code for it, so the CDK's output in the EmulatorError is searched. */
function isNameTaken(error: unknown): boolean {
  return error instanceof EmulatorError && /QueueDeletedRecently|wait 60 seconds after deleting/.test(error.message);
}

/** One for each stage and emulator: two commands may deploy at the same time. */
const folderOf = ({ endpoint }: DeployTarget, options: DeployOptions): Promise<string> =>
  outputFolder(options, new URL(endpoint).port);

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
