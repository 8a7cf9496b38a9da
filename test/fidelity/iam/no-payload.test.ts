import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { names } from '../../../lib/contract/names.ts';
import { NO_PAYLOAD_ATTRIBUTES } from '../../../lib/contract/protocol/no-payload.ts';
import { cancelFlow, flow, flows } from '../../../lib/operator/index.ts';
import { readJob } from '../../../lib/operator/job-table.ts';
import { DEFINITIONS, FLOW, type FlowStage, flowStage, placeOf } from '../../unit/operator/support/flows.ts';
import { type Environment, resolveAll } from '../templates/intrinsics.ts';
import { policyStatements } from '../templates/roles.ts';
import { SETTINGS, synthesize } from '../templates/synth.ts';
import type { WireCall } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';
import { operatorRightsOf } from './operator-actions.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const TABLE = 'sluice-prod-jobs';
const JOB = { type: 'send-email', key: 'a' };

let policies: Record<'read' | 'payloads' | 'redrive', Statement[]>;
beforeAll(async () => {
  const templates = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);
  const of = (kind: 'read' | 'payloads' | 'redrive') =>
    policyStatements(templates, names.operatorPolicy('prod', kind, ENVIRONMENT.region));
  policies = { read: of('read'), payloads: of('payloads'), redrive: of('redrive') };
}, 120_000);

const may = (statements: readonly Statement[], operation: string, input: object) =>
  operatorRightsOf(wire(operation, input), ENVIRONMENT).every((right) => allows(statements, right));

const wire = (operation: string, input: object): WireCall => ({
  ...{ method: 'POST', path: '/', headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` } },
  body: JSON.stringify(input),
});

/** What the command sends to read one job. */
async function sent(options: { payload?: boolean }): Promise<object> {
  const inputs: object[] = [];
  const dynamoDb = new DynamoDBClient({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  dynamoDb.middlewareStack.add(
    () => async (args) => {
      inputs.push(args.input);
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize' },
  );
  await readJob({ dynamoDb, table: TABLE }, JOB, options);
  return inputs[0] ?? {};
}

const projected = (...attributes: string[]) => ({
  ProjectionExpression: attributes.map((_, i) => `#${i}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(attributes.map((name, i) => [`#${i}`, name])),
});

describe('the policy for looking', () => {
  it('lets the command read one job, but not its parked message', async () => {
    expect(may(policies.read, 'GetItem', await sent({ payload: false }))).toBe(true);
    expect(may(policies.read, 'GetItem', await sent({ payload: true }))).toBe(false);
  });

  it.each(['envelope', 'outbox'])('shows no %s', async (attribute) => {
    expect(may(policies.read, 'Scan', { TableName: TABLE, ...projected('id', attribute) })).toBe(false);
    expect(JSON.stringify(await sent({ payload: false }))).not.toContain(attribute);
  });

  it.each(['GetItem', 'Scan'])('gives a payload by no %s', (operation) => {
    const input = { TableName: TABLE, Key: { id: { S: 'send-email#a' } } };
    expect(may(policies.read, operation, { ...input, ...projected('id', 'status') })).toBe(true);
    expect(may(policies.read, operation, input), 'of the whole item').toBe(false);
    expect(may(policies.read, operation, { ...input, ...projected('id', 'envelope') })).toBe(false);
  });

  it('gives a payload by no BatchGetItem', () => {
    const input = (...attributes: string[]) => ({
      RequestItems: { [TABLE]: { Keys: [{ id: { S: 'send-email#a' } }], ...projected(...attributes) } },
    });
    expect(may(policies.read, 'BatchGetItem', input('id', 'error'))).toBe(true);
    expect(may(policies.read, 'BatchGetItem', input('id', 'envelope'))).toBe(false);
  });

  it('receives no message', () => {
    expect(JSON.stringify(policies.read)).not.toContain('sqs:ReceiveMessage');
  });
});

/** The calls of a verb on a flow with a child in each state, as the stage `prod` sees them. */
async function callsOf(verb: (there: FlowStage) => Promise<unknown>) {
  const there = flowStage();
  const { callback, put, world } = there;
  callback({ total: 3, open: new Set([0, 1]), dead: new Set([2]) });
  put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED' });
  put(`statement#${FLOW}:2`, { ...placeOf(2), status: 'RETRYING' });
  await verb(there);
  return world.dynamoDb.calls.map(({ name, input }) => {
    const as = JSON.parse(JSON.stringify(input).replaceAll('sluice-test-', 'sluice-prod-')) as object;
    return { name, allowedBy: (policy: readonly Statement[]) => may(policy, name, as) };
  });
}
const CALLBACK = { type: 'statements-sent', key: FLOW };

describe('the verbs of flows', () => {
  it.each<[string, (there: FlowStage) => Promise<unknown>]>([
    ['flow', ({ stage }) => flow(stage, CALLBACK)],
    ['flows', ({ stage }) => flows(stage)],
    ['flows of a type', ({ stage }) => flows(stage, 'statements-sent')],
  ])('%s needs the policy for looking alone', async (_, verb) => {
    const calls = await callsOf(verb);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.filter(({ allowedBy }) => !allowedBy(policies.read))).toEqual([]);
  });

  it('cancel --flow needs that for changes beside it', async () => {
    const definitionOf = (type: string) => DEFINITIONS.find((one) => one.type === type) ?? DEFINITIONS[0];
    const calls = await callsOf(({ stage }) => cancelFlow(stage, CALLBACK, { definitionOf }));
    const both = [...policies.read, ...policies.redrive];
    expect(calls.filter(({ allowedBy }) => !allowedBy(both))).toEqual([]);
    const writes = new Set(calls.filter(({ allowedBy }) => !allowedBy(policies.read)).map(({ name }) => name));
    expect([...writes].sort()).toEqual(['GetItem', 'PutItem', 'UpdateItem']);
  });
});

it.each(['payloads', 'redrive'] as const)('the policy %s lets the command read the whole item', async (kind) => {
  expect(may(policies[kind], 'GetItem', await sent({}))).toBe(true);
});

it('no attribute that holds a payload is among the others', () => {
  for (const holds of ['envelope', 'outbox']) expect(NO_PAYLOAD_ATTRIBUTES).not.toContain(holds);
  expect(NO_PAYLOAD_ATTRIBUTES.length).toBeGreaterThan(30);
});
