import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Command, Option } from 'commander';
import { checkedStage, ENV } from '../../lib/contract/names.ts';
import type { Stage, Whereabouts } from '../../lib/operator/index.ts';
import { UsageError } from './options.ts';
import { makePrinter, type Printer } from './print.ts';

/** Options that every verb takes. */
export interface CommonOptions {
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a verb works with. */
export interface Context {
  readonly stage: Stage;
  readonly clients: Clients;
  readonly print: Printer;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly where: Whereabouts;
}

interface Clients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
}

/** Adds the options that every verb takes. */
export function withCommon(command: Command): Command {
  const option = (flags: string, text: string) =>
    command.addOption(new Option(flags, text).helpGroup('Where and how:'));
  option('--stage <stage>', `stage to work on (default: ${ENV.stage}, else dev)`);
  option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)');
  option('--region <region>', 'AWS region (default: AWS_REGION, else the profile’s)');
  option('--endpoint <url>', 'where AWS answers, for an emulator (default: AWS_ENDPOINT_URL)');
  option('--json', 'print JSON, for programs');
  option('--debug', 'show where an error came from');
  return command;
}

export const stageName = ({ stage }: CommonOptions): string => stage ?? (process.env[ENV.stage] || 'dev');

/** @throws UsageError for an invalid stage or endpoint */
export function makeContext(options: CommonOptions): Context {
  const name = checked(() => checkedStage(stageName(options)));
  const { profile, region, endpoint } = options;
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    throw new UsageError(`--endpoint must be a URL as http://127.0.0.1:4566, got "${endpoint}"`);
  }
  const config = {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
  const aws = {
    dynamoDb: new DynamoDBClient(config),
    sqs: new SQSClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    cloudWatch: new CloudWatchClient(config),
    cloudFormation: new CloudFormationClient(config),
    eventBridge: new EventBridgeClient(config),
  };
  const where = {
    ...{ stage: name, profile: profile ?? process.env.AWS_PROFILE, endpoint: endpoint ?? process.env.AWS_ENDPOINT_URL },
    region: region ?? process.env.AWS_REGION,
  };
  return {
    ...{ stage: { name, aws }, where, signal: interruption() },
    clients: { dynamoDb: aws.dynamoDb, sqs: aws.sqs },
    print: makePrinter({ json: options.json === true }),
  };
}

function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw new UsageError(`--${(cause as Error).message}`, { cause });
  }
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
