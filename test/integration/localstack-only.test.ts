import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, inject, it, vi } from 'vitest';
import { JOB_TYPES } from '../../functions/index.ts';
import { names } from '../../lib/contract/names.ts';
import { deploy } from '../../localstack/deploy.ts';
import { startEmulator } from '../../localstack/emulator.ts';
import { STAGE } from './global-setup.ts';
import { describeOn } from './support/emulators.ts';
import { moveMessages, receiveCount, setVariable, subscribeQueue, takeBodies, throttle } from './support/localstack.ts';
import { effect, envelope, eventually, newId, queueUrls, reaches, send } from './support/world.ts';

const config = inject('clientConfig');
const deployment = inject('deployment');
const describeHere = describeOn(
  'localstack-host',
  'MiniStack has no metrics of SQS, no receive counts that rise under throttling, no move tasks',
);

/** No other test takes its dead letters away. */
const type = 'probe-serial';
const consumer = names.consumer(STAGE, type);
/** The functions of other tests' jobs run before its own, and a metric comes each minute. */
const TIMEOUT = { type, timeoutMs: 150_000 } as const;

describeHere('a job that dies of a fault that an operator can fix', () => {
  const id = newId('fixed');
  const effectId = `${id}-once`;
  let inbox: string;

  beforeAll(async () => {
    inbox = await subscribeQueue(deployment.alarmTopicArn, `${id}-alarms`);
    // Its function does not know the table that it is to write to.
    await send(envelope(id, [{ do: 'commit', effects: [effectId] }], { maxAttempts: 1 }), { type });
    expect(await reaches(id, ['DEAD'], TIMEOUT)).toMatchObject({ attempts: 1, reason: 'AttemptsExhausted' });
  });

  it('makes the alarm notify its topic, by SQS’s metrics of the dead-letter queue', async () => {
    const AlarmName = `${names.deadLetterQueue(STAGE, type)}-not-empty`;
    const alarm = await eventually(
      async () => {
        const said = (await takeBodies(inbox)).map((body) => JSON.parse(body) as Record<string, unknown>);
        return said.find((message) => message.AlarmName === AlarmName && message.NewStateValue === 'ALARM');
      },
      `the alarm ${AlarmName}`,
      200_000,
    );
    expect(alarm).toMatchObject({
      OldStateValue: expect.stringMatching(/^(OK|INSUFFICIENT_DATA)$/),
      Trigger: { MetricName: 'ApproximateNumberOfMessagesVisible', Namespace: 'AWS/SQS' },
    });
  });

  it('runs again under its id when a move task with a custom destination brings its dead letter back', async () => {
    await setVariable(consumer, 'EFFECTS_TABLE', 'sluice-it-probe-effects');
    const { queueUrl, deadLetterQueueUrl } = queueUrls(type);
    await moveMessages(deadLetterQueueUrl, queueUrl);
    expect(await reaches(id, ['COMPLETED'], TIMEOUT)).toMatchObject({ jobId: id, runNo: 2, attempts: 1 });
    expect(await effect(effectId, 'probe')).toMatchObject({ times: 1 });
  });
});

describeHere('a job whose function is throttled', () => {
  it('is received again and again, and spends no attempt on it', async () => {
    const { queueUrl } = queueUrls(type);
    const id = newId('throttled');
    const release = await throttle(consumer, queueUrl, 3);
    try {
      const messageId = await send(envelope(id, [{ do: 'complete' }], { maxAttempts: 1 }), { type });
      await eventually(async () => ((await receiveCount(queueUrl, messageId)) ?? 0) >= 3, 'the third receive');
    } finally {
      await release();
    }
    expect(await reaches(id, ['COMPLETED', 'DEAD'], TIMEOUT)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });
});

describeHere('the stacks of the product', () => {
  it('deploy whole', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', config.endpoint);
    const emulator = await startEmulator({ force: 'localstack' });
    vi.unstubAllEnvs();
    const { queues, jobsTableName: TableName } = await deploy(emulator, { stage: 'whole' });
    expect(Object.keys(queues).sort()).toEqual([...JOB_TYPES].sort());

    const ttl = await new DynamoDBClient(config).send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiration' });
    expect(await statusesOf('sluice-whole-')).toEqual(
      Object.fromEntries([...JOB_TYPES, 'core'].map((name) => [`sluice-whole-${name}`, 'CREATE_COMPLETE'])),
    );
    const alarms = await alarmsOf('sluice-whole-');
    for (const stage of JOB_TYPES) expect(alarms).toContain(`${names.deadLetterQueue('whole', stage)}-not-empty`);
  });
});

describeHere('a table with a stream', () => {
  it('is refused: LocalStack would listen on every network interface', async () => {
    const command = new CreateTableCommand({
      TableName: 'streamed',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    const answer = new DynamoDBClient(config).send(command);
    await expect(answer).rejects.toThrow('LocalStack without Docker makes no streams');
  });
});

async function statusesOf(prefix: string): Promise<Record<string, string | undefined>> {
  const client = new CloudFormationClient(config);
  const statuses: Record<string, string | undefined> = {};
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName = '', StackStatus } of Stacks) {
      if (StackName.startsWith(prefix)) statuses[StackName] = StackStatus;
    }
  }
  return statuses;
}

async function alarmsOf(AlarmNamePrefix: string): Promise<(string | undefined)[]> {
  const client = new CloudWatchClient(config);
  const alarms: (string | undefined)[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix })) {
    alarms.push(...MetricAlarms.map(({ AlarmName }) => AlarmName));
  }
  return alarms;
}
