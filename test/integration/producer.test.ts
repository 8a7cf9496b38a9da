import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, inject, it } from 'vitest';
import { createProducer } from '../../lib/producer/index.ts';
import { synthesize } from '../fidelity/templates/synth.ts';
import { probe, type Step } from './app/probe/definition.ts';
import { STAGE } from './global-setup.ts';
import { effect, eventually, itemOf, newId, queueUrls, reaches, send, sqs } from './support/world.ts';

const dynamoDb = new DynamoDBClient(inject('clientConfig'));
const { enqueue, enqueueMany } = createProducer({ stage: STAGE, client: sqs });
const completes = (result: string): { steps: [Step] } => ({ steps: [{ do: 'complete', result }] });
const MIB = 1_048_576;

describe.concurrent('jobs of the producer', () => {
  it('run, each under the id that the producer returns', async () => {
    const { jobId } = await enqueue(probe, completes('done'));
    expect(await reaches(jobId, ['COMPLETED'])).toMatchObject({ jobId, result: 'done', maxAttempts: 4 });
  });

  it('of one key run once', async () => {
    const key = newId('key');
    const { jobId } = await enqueue(probe, completes('first'), { key, maxAttempts: 2 });
    await reaches(key, ['COMPLETED']);
    await enqueue(probe, completes('second'), { key });
    await enqueue(probe, completes('third'), { key });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await itemOf(key)).toMatchObject({ jobId, result: 'first', attempts: 1, maxAttempts: 2 });
  });

  it('wait in the queue for as long as SQS’s timer can, and in the table beyond', async () => {
    const sentAtMs = Date.now();
    const soon = await enqueue(probe, completes('soon'), { delaySeconds: 3 });
    const later = await enqueue(probe, completes('later'), { runAt: new Date(sentAtMs + 3_600_000), tenant: 'acme' });
    const parked = await reaches(later.jobId, ['SCHEDULED']);
    expect(parked).toMatchObject({ attempts: 0, dueAt: sentAtMs + 3_600_000, envelope: { group: 'acme' } });
    const { processedAt = '' } = await reaches(soon.jobId, ['COMPLETED']);
    expect(Date.parse(processedAt) - sentAtMs).toBeGreaterThan(2500);
  });

  it('are sent in bulk, cut by number and by bytes, without the refused ones', async () => {
    const bad = { steps: [] as never as [Step] };
    const big = (i: number) => ({ ...completes(`big ${i}`), pad: 'x'.repeat(MIB / 4) });
    const payloads = Array.from({ length: 60 }, (_, i) =>
      i === 7 ? bad : i % 20 === 3 ? big(i) : completes(`job ${i}`),
    );
    const ids = payloads.map(() => newId('bulk'));
    const results = await enqueueMany(probe, payloads, { each: (_, i) => ({ id: ids[i] }) });
    expect(results.map(({ jobId }) => jobId)).toEqual(ids);
    expect(results.map(({ status }) => status)).toEqual(payloads.map((_, i) => (i === 7 ? 'refused' : 'sent')));
    const sent = ids.filter((_, i) => i !== 7);
    const items = await Promise.all(sent.map((id) => reaches(id, ['COMPLETED'])));
    expect(items.map(({ attempts }) => attempts)).toEqual(sent.map(() => 1));
  });

  it('of a type that is not deployed are refused before anything is sent', async () => {
    const sending = enqueue({ ...probe, type: 'nowhere' }, completes('never'));
    await expect(sending).rejects.toThrow('queue sluice-it-nowhere does not exist in this account and region');
  });
});

/** What the stack would deploy for a schedule, without deploying a stack for it. */
async function ruleOf(name: string, step: Step): Promise<{ expression: string; target: Target }> {
  const schedule = [{ name, expression: 'rate(1 minute)', payload: { steps: [step] } }];
  const entry = fileURLToPath(new URL('app/probe/handler.ts', import.meta.url));
  const stacks = await synthesize({ stage: STAGE }, { jobs: [{ definition: { ...probe, schedule }, entry }] });
  const rule = Object.values(stacks['sluice-it-probe']?.Resources ?? {}).find(
    ({ Type }) => Type === 'AWS::Events::Rule',
  );
  const { ScheduleExpression = '', Targets = [] } = (rule?.Properties ?? {}) as {
    ScheduleExpression?: string;
    Targets?: Target[];
  };
  const [target] = Targets;
  if (target === undefined) throw new TypeError('the rule has no target');
  const Arn = `arn:aws:sqs:${inject('clientConfig').region}:${queueUrls().queueUrl.split('/').at(-2)}:sluice-it-probe`;
  return { expression: ScheduleExpression, target: { ...target, Arn } };
}

/** The key of the first job that has one of this beginning. */
async function keyThatBegins(beginning: string): Promise<string | undefined> {
  const { jobsTableName: TableName } = inject('deployment');
  const prefix = { ':prefix': { S: `probe#${beginning}` } };
  const scan = new ScanCommand({
    TableName,
    FilterExpression: 'begins_with(id, :prefix)',
    ExpressionAttributeValues: prefix,
  });
  const { Items: [item] = [] } = await dynamoDb.send(scan);
  return item?.id?.S?.slice('probe#'.length);
}

it('a schedule fires, and a tick that comes twice runs once', async () => {
  const events = new EventBridgeClient(inject('clientConfig'));
  const name = `tick${newId('').replaceAll(/[^a-z0-9]/g, '')}`.slice(0, 40);
  const { expression, target } = await ruleOf(name, { do: 'commit', effects: [name] });
  await events.send(new PutRuleCommand({ Name: name, ScheduleExpression: expression }));
  try {
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [target] }));
    const id = await eventually(() => keyThatBegins(`${name}:`), 'a job of the schedule', 120_000);
    expect(await reaches(id, ['COMPLETED'])).toMatchObject({ jobId: id, attempts: 1 });
    const template = target.InputTransformer?.InputTemplate ?? '';
    await send(template.replace('<time>', id.slice(name.length + 1)));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await itemOf(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(await effect(name)).toMatchObject({ times: 1 });
  } finally {
    await events.send(new RemoveTargetsCommand({ Rule: name, Ids: [target.Id ?? ''] }));
    await events.send(new DeleteRuleCommand({ Name: name }));
  }
});
