import type { Readable, Writable } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type DescribeTableCommand, type DescribeTableCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import { type Aws, isEmulator, lazyS3, lazyScheduler, type ScheduleSqs, type Stage } from '../../lib/operator/index.ts';
import { type LocalStage, localStage } from './local-stage.ts';

/** Where the command runs: its streams, variables and clients. The process's own, or replacements in tests. */
export interface Host {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Clients of one account and region. */
  readonly connect: (config: ClientConfig) => Clients;
  /** Called once a verb runs. @returns what Ctrl-C aborts */
  readonly interruption: () => AbortSignal;
  /** The stage that `npm run local` keeps up, if it runs. */
  readonly localStage?: () => LocalStage | undefined;
  /** The job types that verbs know. @default the catalogue of this checkout, or of the project's `sluice.config.ts` */
  readonly definitions?: readonly JobDefinition[];
  /** Folder of the checkout or project that `new` writes into. @default this one */
  readonly root?: string;
  /** The stage's clock. @default the machine's */
  readonly clock?: Pick<Stage, 'now' | 'sleep'>;
}

/** What `--profile`, `--region`, `--endpoint` and `--local` say; the SDK finds what is left out. */
export interface ClientConfig {
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  /** With `--local`, which takes nothing from the user's own AWS settings. */
  readonly credentials?: LocalStage['credentials'];
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  /**
   * Reads `~/.aws` again. The SDK hands its client's configuration to the credential provider, which takes this; without it a process
   * keeps what it once read, and never sees keys that were pasted there since. @default false
   */
  readonly ignoreCache?: boolean;
}

/** What the command calls AWS through. */
export interface Clients {
  readonly aws: Aws;
  readonly sqs: ScheduleSqs;
  readonly tables: { send(command: DescribeTableCommand): Promise<DescribeTableCommandOutput> };
}

/** The process that runs the command. */
export const processHost = (): Host => ({
  ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env },
  ...{ connect, interruption, localStage },
});

/** An emulator has no such endpoints, and the SDK refuses it beside them. */
const NO_VARIANTS = { useFipsEndpoint: false, useDualstackEndpoint: false } as const;

export function connect(given: ClientConfig): Clients {
  const isEmulated = isEmulator(given.endpoint ?? process.env.AWS_ENDPOINT_URL);
  const config = { ...given, ...(isEmulated && NO_VARIANTS) };
  const aws = {
    dynamoDb: new DynamoDBClient(config),
    sqs: new SQSClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    cloudWatch: new CloudWatchClient(config),
    cloudFormation: new CloudFormationClient(config),
    eventBridge: new EventBridgeClient(config),
    // An emulator on an IP address has no host name for a bucket.
    s3: lazyS3({ ...config, forcePathStyle: isEmulated }),
    scheduler: lazyScheduler(config),
  };
  return { aws, sqs: aws.sqs, tables: aws.dynamoDb };
}

/** The first Ctrl-C lets the calls under way finish; the second ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\nending; Ctrl-C again to end at once\n');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
