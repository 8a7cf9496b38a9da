import { fileURLToPath } from 'node:url';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutCompositeAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Deployment, deploy } from '../../localstack/deploy.ts';
import { type Emulator, startEmulator } from '../../localstack/emulator.ts';
import { LEFT_OUT } from '../../localstack/gaps.ts';
import { describeOn } from './support/emulators.ts';
import { eventually } from './support/world.ts';

const STAGE = 'alarm';
const describeHere = describeOn(
  'embedded',
  'alarms are walked on a MiniStack of their own; LocalStack looks at one every five minutes',
);

let emulator: Emulator;
let deployment: Deployment;
let cloudWatch: CloudWatchClient;
let sqs: SQSClient;
let inbox: string;

/** Of its own, without jobs: MiniStack adds up a metric over all its dimensions. */
beforeAll(async () => {
  emulator = await startEmulator({ force: 'embedded', log: console.log });
  const app = fileURLToPath(new URL('app', import.meta.url));
  deployment = await deploy(emulator, { stage: STAGE, app, stacks: [`sluice-${STAGE}-probe`] });
  cloudWatch = new CloudWatchClient(emulator.clientConfig);
  sqs = new SQSClient(emulator.clientConfig);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'on-call' }));
  inbox = QueueUrl;
  const sns = new SNSClient(emulator.clientConfig);
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:on-call';
  await sns.send(new SubscribeCommand({ TopicArn: deployment.alarmTopicArn, Protocol: 'sqs', Endpoint }));
  sns.destroy();
}, 300_000);

afterAll(() => emulator?.stop());

async function alarmNamed(name: string): Promise<MetricAlarm> {
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  const [alarm] = MetricAlarms;
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  return alarm;
}

/** A datapoint of the alarm's own metric, so many seconds before its window ends. */
async function datapoint(
  { Namespace, MetricName, Dimensions, Period = 60, EvaluationPeriods = 1 }: MetricAlarm,
  Value: number,
  leavesInSeconds: number,
) {
  const Timestamp = new Date(Date.now() - (Period * EvaluationPeriods - leavesInSeconds) * 1000);
  await cloudWatch.send(
    new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Dimensions, Value, Timestamp }] }),
  );
}

interface Notice {
  readonly AlarmName: string;
  readonly NewStateValue: string;
  readonly AlarmDescription: string;
}
const notices: Notice[] = [];

async function noticeOf(name: string, state: string): Promise<Notice> {
  return eventually(async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: inbox, MaxNumberOfMessages: 10 }));
    for (const { Body = '{}', ReceiptHandle } of Messages) {
      notices.push(JSON.parse((JSON.parse(Body) as { Message: string }).Message) as Notice);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: inbox, ReceiptHandle }));
    }
    return notices.find(({ AlarmName, NewStateValue }) => AlarmName === name && NewStateValue === state);
  }, `the notice that ${name} is ${state}`);
}

const becomes = (name: string, state: string) =>
  eventually(async () => (await alarmNamed(name)).StateValue === state, `${name} ${state}`);

/** Into ALARM by a datapoint at its threshold that leaves the window soon, and back by one of nothing. */
async function walk(name: string): Promise<void> {
  const alarm = await alarmNamed(name);
  await datapoint(alarm, alarm.Threshold ?? 0, 4);
  await becomes(name, 'ALARM');
  await eventually(async () => {
    await datapoint(alarm, 0, 60);
    return (await alarmNamed(name)).StateValue === 'OK';
  }, `${name} OK`);
}

const NOTIFYING = [
  'probe-dlq-not-empty',
  'probe-function-errors',
  'probe-throttles',
  'probe-near-timeout',
  'dispatcher-errors',
  'dispatcher-retries-overdue',
];
const SYMPTOMS = ['probe-queue-depth', 'probe-queue-age', 'probe-stalled'];

describeHere('an alarm as deployed', () => {
  it.each(NOTIFYING)('%s goes on and off by its metric, and notifies the topic of both', async (alarm) => {
    const name = `sluice-${STAGE}-${alarm}`;
    await walk(name);
    const on = await noticeOf(name, 'ALARM');
    expect(on.AlarmDescription).toMatch(/^Sluice alarm.* Runbook: lib\/operator\/README\.md#/);
    await noticeOf(name, 'OK');
  });

  it.each(SYMPTOMS)('%s goes on and off, and notifies nobody by itself', async (alarm) => {
    const name = `sluice-${STAGE}-${alarm}`;
    await walk(name);
    expect((await alarmNamed(name)).AlarmActions).toEqual([]);
    expect(notices.map(({ AlarmName }) => AlarmName)).not.toContain(name);
  });
});

describeHere('an alarm of MiniStack', () => {
  it('goes on by the metric of another function: its dimensions are ignored', async () => {
    const Dimensions = [{ Name: 'FunctionName', Value: 'of-nobody' }];
    const alarm = await alarmNamed(`sluice-${STAGE}-probe-function-errors`);
    await datapoint({ ...alarm, Dimensions }, alarm.Threshold ?? 1, 60);
    await becomes(`sluice-${STAGE}-probe-function-errors`, 'ALARM');
  });

  it('that is composite is taken by its API', async () => {
    const composite = new PutCompositeAlarmCommand({ AlarmName: 'by-api', AlarmRule: 'FALSE' });
    await cloudWatch.send(composite);
    const { CompositeAlarms = [] } = await cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: ['by-api'], AlarmTypes: ['CompositeAlarm'] }),
    );
    expect(CompositeAlarms).toHaveLength(1);
  });
});

/** The least of each that AWS takes. */
const SMALLEST: Record<(typeof LEFT_OUT)[number], { Type: string; Properties: object }> = {
  'AWS::CloudWatch::CompositeAlarm': {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmName: 'composite', AlarmRule: 'FALSE' },
  },
  'AWS::CloudWatch::Alarm/Metrics': {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
      Metrics: [{ Id: 'e', Expression: 'TIME_SERIES(1)', Period: 60, ReturnData: true }],
    },
  },
  'AWS::Logs::QueryDefinition': {
    Type: 'AWS::Logs::QueryDefinition',
    Properties: { Name: 'query', QueryString: 'fields @message' },
  },
};

describeHere('what a local deploy leaves out', () => {
  it.each(LEFT_OUT)('%s is refused by the emulator, so it must be on the list', async (type) => {
    const client = new CloudFormationClient(emulator.clientConfig);
    const StackName = `left-out-${LEFT_OUT.indexOf(type)}`;
    const TemplateBody = JSON.stringify({ Resources: { It: SMALLEST[type] } });
    const made = async () => {
      await client.send(new CreateStackCommand({ StackName, TemplateBody }));
      await waitUntilStackCreateComplete({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 }, { StackName });
    };
    await expect(made()).rejects.toThrow();
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName })).catch(() => ({ Stacks: [] }));
    expect(Stacks.map(({ StackStatus }) => StackStatus)).not.toContain('CREATE_COMPLETE');
    client.destroy();
  });
});
