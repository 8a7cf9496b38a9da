import type { SchedulerCalls } from '../../../lib/aws/scheduler.ts';
import type { Aws, Stage } from '../../../lib/operator/index.ts';
import { type Command, toCall } from '../../../lib/testing/aws/faults.ts';
import { makeMemoryScheduler } from '../../support/memory-scheduler.ts';
import { deployed } from '../../unit/operator/support/doctor.ts';
import type { Environment } from '../templates/intrinsics.ts';
import type { Right, WireCall } from './actions.ts';
import { operatorRightsOf } from './operator-actions.ts';

export const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };

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
  if (name === 'UpdateEventSourceMapping') {
    return { method: 'PUT', path: `/2015-03-31/event-source-mappings/${fields.UUID}`, headers: {}, body: '' };
  }
  const paths: Readonly<Record<string, string>> = {
    ListEventSourceMappings: '/2015-03-31/event-source-mappings',
    GetFunctionConfiguration: `/2015-03-31/functions/${fields.FunctionName}/configuration`,
  };
  return { method: 'GET', path: paths[name] ?? name, headers: {}, body: '' };
}

/** The rights of a call. Results of a query are those of its log groups, which the query before has named. */
function rightsOfCall(service: keyof Aws, call: { name: string; input: unknown }, before: readonly Right[]): Right[] {
  if (call.name !== 'GetQueryResults') return operatorRightsOf(wireOf(service, call), ENVIRONMENT);
  const queries = before.filter(({ action }) => action === 'logs:StartQuery');
  if (queries.length === 0) throw new TypeError('results of a query that was not started');
  return queries.map(({ resource }) => ({ action: 'logs:GetQueryResults', resource }));
}

/** EventBridge Scheduler in memory, and what each of its calls needs: who writes a schedule hands over its role. */
function recordedScheduler(rights: Right[], now: () => number): SchedulerCalls {
  const { client } = makeMemoryScheduler({ now });
  const { account, region } = ENVIRONMENT;
  const asProd = (text: unknown) => String(text).replaceAll('sluice-test-', 'sluice-prod-');
  const record = (
    name: string,
    input: { GroupName?: unknown; Name?: unknown; Target?: { RoleArn?: unknown } | undefined },
  ) => {
    const schedule = `arn:aws:scheduler:${region}:${account}:schedule/${asProd(input.GroupName)}/${asProd(input.Name)}`;
    rights.push({ action: `scheduler:${name}`, resource: name === 'ListSchedules' ? '*' : schedule });
    if (input.Target === undefined) return;
    const role = asProd(input.Target.RoleArn)
      .split('/')
      .at(-1)
      ?.replace(/-[a-z]{2}-[a-z]+-\d$/, `-${region}`);
    const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
    rights.push({ action: 'iam:PassRole', resource: `arn:aws:iam::${account}:role/${role}`, context });
  };
  const calls = Object.entries(client).map(([name, call]) => {
    const recorded = (input: never) => {
      record(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, input);
      return call(input);
    };
    return [name, recorded] as const;
  });
  return Object.fromEntries(calls) as unknown as SchedulerCalls;
}

/** The rights that a function needs, as those of the stage `prod`: a dead job, a parked one, a schedule. */
export async function rightsOf(run: (stage: Stage) => Promise<unknown>): Promise<Right[]> {
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
      rights.push(...rightsOfCall(service, as as { name: string; input: unknown }, rights));
      // The one call that the table in memory does not know.
      return toCall(command).name === 'DescribeTable' ? Promise.resolve({ Table: {} }) : client.send(command);
    };
    return [service, { send }] as const;
  };
  const schedulerOf = recordedScheduler(rights, world.clock.now);
  const aws = Object.fromEntries((Object.keys(stage.aws) as (keyof Aws)[]).map(recorded)) as unknown as Aws;
  await run({ ...stage, aws: { ...aws, scheduler: schedulerOf } });
  return rights;
}
