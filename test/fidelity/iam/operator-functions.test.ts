import { beforeAll, describe, expect, it } from 'vitest';
import type { JobSchedule } from '../../../lib/contract/definition/schedule.ts';
import { names } from '../../../lib/contract/names.ts';
import {
  type Aws,
  alarmStates,
  deadLetterCounts,
  doctor,
  job,
  jobLogs,
  keepsData,
  listCounts,
  metricHistory,
  oldestAges,
  queueCounts,
  queues,
  runningStates,
  type Stage,
  schedules,
  typeQueues,
} from '../../../lib/operator/index.ts';
import { type Command, toCall } from '../../../lib/testing/aws/faults.ts';
import { deployed } from '../../unit/operator/support/doctor.ts';
import { type Environment, resolveAll } from '../templates/intrinsics.ts';
import { policyStatements } from '../templates/roles.ts';
import { SETTINGS, synthesize } from '../templates/synth.ts';
import type { Right, WireCall } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';
import { operatorRightsOf } from './operator-actions.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };

let read: Statement[];
beforeAll(async () => {
  const templates = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);
  read = policyStatements(templates, names.operatorPolicy('prod', 'read', ENVIRONMENT.region));
}, 120_000);

/** Services with JSON at the wire, by what their targets begin with. */
const TARGETS: Partial<Record<keyof Aws, string>> = {
  dynamoDb: 'DynamoDB_20120810',
  sqs: 'AmazonSQS',
  logs: 'Logs_20140328',
  cloudWatch: 'GraniteServiceVersion20100801',
  eventBridge: 'AWSEvents',
};

const POST = { method: 'POST', path: '/' };

function wireOf(service: keyof Aws, { name, input }: { name: string; input: unknown }): WireCall {
  const fields = input as Readonly<Record<string, string>>;
  const target = TARGETS[service];
  if (target !== undefined)
    return { ...POST, body: JSON.stringify(input), headers: { 'x-amz-target': `${target}.${name}` } };
  if (service === 'cloudFormation') {
    const body = String(new URLSearchParams({ Action: name, StackName: fields.StackName ?? '' }));
    return { ...POST, headers: {}, body };
  }
  const paths: Readonly<Record<string, string>> = {
    ListEventSourceMappings: '/2015-03-31/event-source-mappings',
    GetFunctionConfiguration: `/2015-03-31/functions/${fields.FunctionName}/configuration`,
  };
  return { method: 'GET', path: paths[name] ?? name, headers: {}, body: '' };
}

/** The rights that a function needs, as those of the stage `prod`. */
async function rightsOf(run: (stage: Stage) => Promise<unknown>): Promise<Right[]> {
  const { stage, world, plane } = deployed();
  const rules = ['core-tick', 'probe-nightly'].map((name) => ({ Name: `sluice-test-${name}-1A2B` }));
  plane.rules.splice(0, 1, ...rules);
  plane.logs.set('/aws/lambda/sluice-test-probe', []);
  world.send({ id: 'dead', payload: { do: 'permanent' } });
  world.send({ id: 'parked', runAt: '2026-01-02T00:00:00Z' });
  await world.drain();
  const rights: Right[] = [];
  const recorded = (service: keyof Aws) => {
    const client = stage.aws[service] as { send(command: object): Promise<object> };
    const send = (command: Command) => {
      const as = JSON.parse(JSON.stringify(toCall(command)).replaceAll('sluice-test-', 'sluice-prod-')) as object;
      rights.push(...operatorRightsOf(wireOf(service, as as { name: string; input: unknown }), ENVIRONMENT));
      return client.send(command);
    };
    return [service, { send }] as const;
  };
  const aws = Object.fromEntries((Object.keys(stage.aws) as (keyof Aws)[]).map(recorded)) as unknown as Aws;
  await run({ ...stage, aws });
  return rights;
}

const NIGHTLY: JobSchedule = { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: {} };
const JOB = { type: 'probe', key: 'dead' };
const ofQueues = (feed: (stage: Stage, all: Awaited<ReturnType<typeof typeQueues>>) => Promise<unknown>) => {
  return async (stage: Stage) => feed(stage, await typeQueues(stage));
};

/** What a page that stays open asks for. */
const FEEDS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  typeQueues,
  queueCounts: ofQueues(queueCounts),
  deadLetterCounts: ofQueues(deadLetterCounts),
  runningStates: ofQueues(runningStates),
  oldestAges: ofQueues(oldestAges),
  listCounts: (stage) => listCounts(stage, ['probe']),
  alarmStates,
  metricHistory: (stage) =>
    metricHistory(stage, { type: 'probe', sinceMs: Date.UTC(2025, 11, 31), periodSeconds: 300 }),
  schedules: (stage) => schedules(stage, { type: 'probe', retention: 14, schedule: [NIGHTLY] }),
  keepsData,
};
const LOOKS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  queues,
  job: (stage) => job(stage, JOB),
  'job by its id': (stage) => job(stage, { type: 'probe', key: 'unknown' }).catch(() => undefined),
  jobLogs: (stage) => jobLogs(stage, JOB.type, { jobId: JOB.key }),
  doctor: (stage) => doctor(stage, { definitions: [], scan: true }),
};

/** Granted, and used by no function above. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'dynamodb:DescribeTable': 'the command asks what a scan costs (test/integration/cli.test.ts)',
  'logs:StartQuery': 'the console’s queries over logs',
  'logs:GetQueryResults': 'the console’s queries over logs',
};

const ALL: typeof FEEDS = { ...FEEDS, ...LOOKS };

describe('the policy for looking', () => {
  it.each(Object.keys(ALL))('lets %s make each of its calls, on this stage alone', async (name) => {
    const rights = await rightsOf(ALL[name] ?? queues);
    expect(rights.length).toBeGreaterThan(0);
    expect(rights.filter((right) => !allows(read, right))).toEqual([]);
    const named = rights.filter(({ resource }) => resource !== '*');
    const elsewhere = named.map((right) => ({ ...right, resource: right.resource.replaceAll('-prod-', '-other-') }));
    expect(elsewhere.filter((right) => allows(read, right))).toEqual([]);
  });

  it('grants no action that none of them uses', async () => {
    const used = new Set<string>();
    for (const run of Object.values(ALL)) for (const { action } of await rightsOf(run)) used.add(action);
    const granted = read.flatMap(({ Action }) => [Action].flat());
    expect(granted.filter((action) => !used.has(action)).sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  it('is used in small parts by the feeds', async () => {
    const actions = async (name: string) => [
      ...new Set((await rightsOf(ALL[name] ?? queues)).map(({ action }) => action)),
    ];
    expect(await actions('queueCounts')).toEqual(['sqs:ListQueues', 'sqs:GetQueueAttributes']);
    expect(await actions('runningStates')).toEqual(['sqs:ListQueues', 'lambda:ListEventSourceMappings']);
    expect(await actions('listCounts')).toEqual(['dynamodb:Query']);
  });
});
