import { DescribeTimeToLiveCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { prefixOf } from '../lib/contract/names.ts';
import { type ClientConfig, EmulatorError } from './emulator.ts';

/**
 * Resource types that MiniStack refuses (context `leaveOut`). LocalStack and AWS get them all. A test deploys each entry and
 * expects MiniStack to refuse it.
 */
export const LEFT_OUT = [
  // "Unsupported resource type".
  'AWS::CloudWatch::CompositeAlarm',
  // "Properties.Metrics (metric math) is not supported".
  'AWS::CloudWatch::Alarm/Metrics',
  // "Unsupported resource type".
  'AWS::Logs::QueryDefinition',
] as const;

/** What {@link fillGaps} works on. */
export interface Gaps {
  readonly stage: string;
  readonly jobsTableName: string;
  /** By name without `<app>-<stage>/`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly emailSender: string | undefined;
}

/**
 * Does after a local deploy what AWS does by itself, or what people do once by hand.
 *
 * @throws EmulatorError naming the step that failed
 */
export async function fillGaps(config: ClientConfig, gaps: Gaps): Promise<void> {
  const { emailSender: sender } = gaps;
  await Promise.all([
    step('switching on TTL', () => switchOnTtl(config, gaps.jobsTableName)),
    ...Object.entries(gaps.secrets).map(([name, value]) =>
      step(`storing secret ${name}`, () => putSecret(config, `${prefixOf(gaps.stage)}/${name}`, value)),
    ),
    ...(sender ? [step(`verifying ${sender}`, () => verifySender(config, sender))] : []),
  ]);
}

async function step(what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new EmulatorError(`${what} after the deploy failed on the emulator`, { cause: error });
  }
}

/** MiniStack leaves it off, whatever the template says. */
async function switchOnTtl(config: ClientConfig, table: string): Promise<void> {
  const dynamo = new DynamoDBClient(config);
  const { TimeToLiveDescription: ttl } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: table }));
  // Switching it on twice is an error.
  if (ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING') return;
  const specification = { Enabled: true, AttributeName: 'expiration' };
  await dynamo.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: specification }));
}

async function putSecret(config: ClientConfig, name: string, value: string): Promise<void> {
  const secrets = new SecretsManagerClient(config);
  await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
}

/** SES and LocalStack refuse a sender that is not verified. */
async function verifySender(config: ClientConfig, address: string): Promise<void> {
  await new SESClient(config).send(new VerifyEmailIdentityCommand({ EmailAddress: address }));
}
