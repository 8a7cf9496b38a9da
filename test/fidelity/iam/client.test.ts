import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, type IGrantable, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '#sluice/client';
import { grantCancel, grantRead } from '#sluice/infra';
import { itemId } from '../../../lib/contract/protocol/job-item.ts';
import { makeWorld } from '../../support/world.ts';
import { ownApp, ownStack } from '../../unit/infra/support/own-stack.ts';
import { type Environment, resolveTemplate } from '../templates/intrinsics.ts';
import type { TemplateJson } from '../templates/synth.ts';
import { allows, type Statement } from './evaluate.ts';
import { operatorRightsOf } from './operator-actions.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const TABLE = 'sluice-test-jobs';

afterEach(() => void vi.useRealTimers());

/** The statements of a role that was granted something. */
function granted(grant: (role: IGrantable & Construct) => void): Statement[] {
  const stack = ownStack(ownApp(), 'Api', { env: ENVIRONMENT });
  grant(new Role(stack, 'Role', { assumedBy: new AccountPrincipal(ENVIRONMENT.account) }));
  const template = resolveTemplate('Api', Template.fromStack(stack).toJSON() as TemplateJson, ENVIRONMENT);
  return Object.values(template.Resources).flatMap(({ Type, Properties }) => {
    const { PolicyDocument } = (Properties ?? {}) as { PolicyDocument?: { readonly Statement: Statement[] } };
    return Type === 'AWS::IAM::Policy' ? (PolicyDocument?.Statement ?? []) : [];
  });
}

const target = (...types: string[]) => ({ stage: 'test', types });
const READ = granted((role) => grantRead(role, target('probe')));
const CANCEL = granted((role) => grantCancel(role, target('probe')));
/** As two constructs' own methods give it: a statement each. */
const READ_TWO = granted((role) => ['probe', 'other'].map((type) => grantRead(role, target(type))));

const may = (statements: readonly Statement[], operation: string, input: object) =>
  operatorRightsOf(
    {
      ...{ method: 'POST', path: '/', headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` } },
      body: JSON.stringify(input),
    },
    ENVIRONMENT,
  ).every((right) => allows(statements, right));

/** The calls that a client makes. */
async function callsOf(
  work: (client: ReturnType<typeof createClient>, world: ReturnType<typeof makeWorld>) => unknown,
) {
  const world = makeWorld();
  vi.useFakeTimers({ now: world.clock.now(), toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  world.send({ id: 'a', payload: { do: 'complete' } });
  await world.deliver();
  const engines = world.dynamoDb.calls.length;
  const working = Promise.resolve(work(createClient({ stage: 'test', client: world.dynamoDb.client }), world));
  await vi.advanceTimersByTimeAsync(1000);
  await working;
  return world.dynamoDb.calls.slice(engines);
}

const read = (ids: readonly string[], attributes: readonly string[] | undefined) => ({
  RequestItems: {
    [TABLE]: {
      Keys: ids.map((id) => ({ id: { S: id } })),
      ...(attributes !== undefined && {
        ProjectionExpression: attributes.map((_, i) => `#${i}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name, i) => [`#${i}`, name])),
      }),
    },
  },
});

describe('grantRead', () => {
  it('allows what status, waitFor and progress call', async () => {
    const calls = await callsOf(async ({ status, waitFor, progress }) => {
      const waits = [status('probe', 'a'), waitFor('probe', 'a'), progress('probe', 'a').next()];
      await Promise.all(waits);
    });
    expect(calls.map(({ name }) => name)).toEqual(['BatchGetItem']);
    expect(calls.filter(({ name, input }) => !may(READ, name, input as object))).toEqual([]);
  });

  it('of two types, each by itself, allows one process to wait for jobs of both', async () => {
    const calls = await callsOf(({ status }) => Promise.all([status('probe', 'a'), status('other', 'a')]));
    expect(calls).toHaveLength(2);
    expect(calls.filter(({ name, input }) => !may(READ_TWO, name, input as object))).toEqual([]);
    // Why the client makes two calls: no statement holds for both keys.
    expect(may(READ_TWO, 'BatchGetItem', read([itemId('probe', 'a'), itemId('other', 'a')], ['status']))).toBe(false);
  });

  it('gives no other type’s jobs, no payload, no other attribute of the engine’s, and no item whole', () => {
    const mine = itemId('probe', 'a');
    expect(may(READ, 'BatchGetItem', read([mine], ['status', 'result']))).toBe(true);
    for (const id of [itemId('probe-later', 'a'), itemId('other', 'probe#a'), '~schema', '~rate#probe']) {
      expect([id, may(READ, 'BatchGetItem', read([id], ['status']))]).toEqual([id, false]);
      expect([id, may(READ, 'BatchGetItem', read([mine, id], ['status']))]).toEqual([id, false]);
    }
    for (const attribute of ['envelope', 'outbox', 'checkpoint', 'bodyHash']) {
      expect([attribute, may(READ, 'BatchGetItem', read([mine], ['status', attribute]))]).toEqual([attribute, false]);
    }
    expect(may(READ, 'BatchGetItem', read([mine], undefined))).toBe(false);
    expect(may(READ, 'GetItem', { TableName: TABLE, Key: { id: { S: mine } } })).toBe(false);
  });

  it('cancels nothing', async () => {
    const calls = await callsOf(({ cancel }, { definition }) => cancel(definition, 'b'));
    expect(calls.map(({ name, input }) => may(READ, name, input as object))).toEqual([false, false, false]);
  });
});

describe('grantCancel', () => {
  it('allows what cancel calls, on an absent job and on one that waits', async () => {
    const calls = await callsOf(async ({ cancel }, world) => {
      await cancel(world.definition, 'b');
      world.alter('a', { status: 'INPROGRESS' });
      await cancel(world.definition, 'a');
    });
    expect([...new Set(calls.map(({ name }) => name))].sort()).toEqual(['GetItem', 'PutItem', 'UpdateItem']);
    expect(calls.filter(({ name, input }) => !may(CANCEL, name, input as object))).toEqual([]);
  });

  it('allows it on no other type’s jobs', () => {
    for (const id of [itemId('other', 'a'), itemId('probe-later', 'a'), '~rate#probe']) {
      const Key = { id: { S: id } };
      for (const [name, input] of [
        ['GetItem', { Key }],
        ['UpdateItem', { Key }],
        ['PutItem', { Item: Key }],
      ] as const)
        expect([id, name, may(CANCEL, name, { TableName: TABLE, ...input })]).toEqual([id, name, false]);
    }
  });
});
