import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import { names } from '../../lib/contract/names.ts';
import { doctor, drain, type Finding, queuesOf, type Stage } from '../../lib/operator/index.ts';
import { readJob } from '../../lib/operator/job-table.ts';
import { tableOf } from '../../lib/operator/stage.ts';
import { LEFT_OUT } from '../../localstack/gaps.ts';
import { invoice } from './removal-app/invoice/definition.ts';
import { order } from './removal-app/order/definition.ts';
import { retiredOrder } from './removal-app/retired/definition.ts';
import { linesOf } from './support/logs.ts';
import { commandsOf, runAws, runCdk } from './support/page-commands.ts';
import { eventually } from './support/world.ts';

/** A stage that keeps its data: deployed as on AWS, not as on an emulator. */
const STAGE = 'kept';
const PAGE = 'lib/infra/job/README.md';
const folder = fileURLToPath(new URL('removal-app', import.meta.url));
const target = inject('target');
const config = inject('clientConfig');
const WITHOUT = { leaveOut: LEFT_OUT.join(','), securityChecks: 'off' };
const sqs = new SQSClient(config);
const cloudFormation = new CloudFormationClient(config);
const stage: Stage = {
  name: STAGE,
  aws: {
    ...{ sqs, cloudFormation, dynamoDb: new DynamoDBClient(config), lambda: new LambdaClient(config) },
    ...{ logs: new CloudWatchLogsClient(config), cloudWatch: new CloudWatchClient(config) },
    eventBridge: new EventBridgeClient(config),
  },
};

const cdk = (command: string, context: Record<string, string> = {}) =>
  runCdk(target, command, { folder, context: { ...WITHOUT, ...context } });
const section = (heading: string, type: string) => commandsOf(PAGE, heading, { stage: STAGE, type, new: type });

async function send(type: string, id: string): Promise<void> {
  const { queueUrl: QueueUrl } = await queuesOf(stage, type);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id, payload: { n: 1 } }) }));
}

const runs = (type: string, id: string) =>
  eventually(async () => (await readJob(tableOf(stage), { type, key: id }))?.status === 'COMPLETED', `${type} ${id}`);

const findings = async (check: string, definitions: readonly JobDefinition[]): Promise<Finding[]> =>
  (await doctor(stage, { definitions })).filter((finding) => finding.check === check);

/** A stack's queues by their logical ids, as `kept.json` names them. */
async function keptQueues(type: string): Promise<string> {
  const { TemplateBody = '{}' } = await cloudFormation.send(
    new GetTemplateCommand({ StackName: names.jobStack(STAGE, type) }),
  );
  const { Resources = {} } = JSON.parse(TemplateBody) as {
    Resources?: Record<string, { Type: string; Properties: { QueueName?: string } }>;
  };
  const { queueUrl, deadLetterQueueUrl } = await queuesOf(stage, type);
  const entries = Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
    .map(([id, { Properties }]) => [
      id,
      { QueueUrl: Properties.QueueName?.endsWith('-dlq') ? deadLetterQueueUrl : queueUrl },
    ]);
  const path = join(await mkdtemp(join(tmpdir(), 'sluice-kept-')), 'kept.json');
  await writeFile(path, JSON.stringify(Object.fromEntries(entries)));
  return path;
}

const UNPROTECT = (stack: string) =>
  `aws cloudformation update-termination-protection --stack-name ${stack} --no-enable-termination-protection`;
const DELETE = (stack: string) => [
  `aws cloudformation delete-stack --stack-name ${stack}`,
  `aws cloudformation wait stack-delete-complete --stack-name ${stack}`,
];

describe.runIf(inject('emulator') === 'embedded')('the page of removing and bringing back', () => {
  beforeAll(async () => {
    await cdk(`npx cdk deploy sluice-${STAGE}-core sluice-${STAGE}-order -c stage=${STAGE}`);
  });

  it('a type is renamed: the new one runs beside the old one', async () => {
    for (const command of section('Rename a type', 'invoice')) await cdk(command);
    await Promise.all([send('order', 'old-1'), send('invoice', 'new-1')]);
    await Promise.all([runs('order', 'old-1'), runs('invoice', 'new-1')]);
  });

  it('what a deleted stage kept is brought back, and its jobs go on', async () => {
    const kept = await keptQueues('invoice');
    const stack = names.jobStack(STAGE, 'invoice');
    for (const command of [UNPROTECT(stack), ...DELETE(stack)]) await runAws(target, command);
    await send('invoice', 'waited');
    const [ofCore, ...ofType] = section('Bring back what was kept', 'invoice');
    expect([ofCore, ofType.length]).toEqual([expect.stringContaining(`${names.coreStack(STAGE)} --import`), 2]);
    for (const command of ofType) await cdk(command.replace('kept.json', kept));
    await runs('invoice', 'waited');
    // The log group is the same one: what the first job logged is there.
    expect((await linesOf(names.consumer(STAGE, 'invoice'))).join('\n')).toContain('new-1');
    expect(await findings('stacks', [order, invoice])).toMatchObject([{ level: 'ok' }]);
  });

  it('a retired type drains, and doctor’s commands remove it', async () => {
    await cdk(`npx cdk deploy sluice-${STAGE}-order -c stage=${STAGE}`, { retired: 'order' });
    await send('order', 'late');
    await runs('order', 'late');
    let more = 0;
    const told = async () => {
      const lines = await linesOf(names.consumer(STAGE, 'order'));
      if (lines.some((line) => line.includes('job.of-retired-type'))) return true;
      // What reaches MiniStack after a function's answer is written with its next invocation.
      await send('order', `later-${++more}`);
      return false;
    };
    await eventually(told, 'job.of-retired-type');
    expect(await drain(stage, 'order', { everySeconds: 1 })).toMatchObject({ end: 'empty' });
    const [found] = await findings('retired types', [retiredOrder, invoice]);
    expect(found?.what).toBe('order is empty');
    const commands = found?.todo?.replace('to remove it: ', '').split('; then ')[0]?.split(' && ') ?? [];
    for (const command of commands) await runAws(target, command);
    expect(await findings('stacks', [invoice])).toMatchObject([{ level: 'ok', what: '2 deployed' }]);
    const [left] = await findings('schedule queues', [invoice]);
    expect(left?.what).toBe(`sluice-${STAGE}-order_schedules-dlq is left, and order is not deployed`);
    await runAws(target, left?.todo ?? '');
    expect(await findings('schedule queues', [invoice])).toEqual([]);
  });
});
