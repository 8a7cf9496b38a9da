import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { defineJob, type JobDefinition } from '#sluice/contract';
import { JobType, type JobTypeProps } from '#sluice/infra';
import { HANDLER, makeApp, synthesize } from '../support/fixture.ts';
import { faultsOf, ownApp, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { ofType, one, type Resource, rightsOf, statementsOf } from '../support/template.ts';

const typed = (type: string, options: Partial<Parameters<typeof defineJob>[0]> = {}) =>
  defineJob({ type, payload: z.object({}), ...options }) as JobDefinition;
const QUEUES = 'arn:aws:sqs:eu-west-1:111122223333';

/** The types in one stack, of which each hands on to what stands beside it. */
function stackOf(
  handsOn: Record<string, readonly string[] | undefined>,
  props: Record<string, Partial<JobTypeProps>> = {},
) {
  const stack = ownStack(ownApp(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
  const sluice = sluiceIn(stack);
  for (const [type, next] of Object.entries(handsOn)) {
    const definition = typed(type, next === undefined ? {} : { handsOn: next });
    new JobType(stack, type, { sluice, definition, entry: HANDLER, ...props[type] });
  }
  return stack;
}

const variablesOf = (resources: readonly Resource[], type: string) =>
  (
    one(resources, 'AWS::Lambda::Function', { FunctionName: `sluice-prod-${type}` }).properties.Environment as {
      Variables: object;
    }
  ).Variables;

/** Keys of the jobs table that a consumer may reach by each action, its own left out. */
function keysOf(resources: readonly Resource[], type: string): Record<string, string[]> {
  const { Role } = one(resources, 'AWS::Lambda::Function', { FunctionName: `sluice-prod-${type}` }).properties;
  const [role] = (Role as { 'Fn::GetAtt': [string] })['Fn::GetAtt'];
  const found: Record<string, string[]> = {};
  for (const { properties } of ofType(resources, 'AWS::IAM::Policy')) {
    if (JSON.stringify(properties.Roles) !== JSON.stringify([{ Ref: role }])) continue;
    for (const { actions, condition } of statementsOf(properties.PolicyDocument)) {
      const like = (condition as { 'ForAllValues:StringLike'?: Record<string, string | string[]> })?.[
        'ForAllValues:StringLike'
      ];
      const keys = [like?.['dynamodb:LeadingKeys'] ?? []]
        .flat()
        .filter((key) => key !== `${type}#*` && !key.startsWith('~'));
      for (const action of actions) if (keys.length > 0) found[action.replace('dynamodb:', '')] = keys;
    }
  }
  return found;
}

describe('a consumer', () => {
  test('may send to the queues that its type hands on to, and to no other’s', () => {
    const resources = resourcesOf(stackOf({ 'process-order': ['ship', 'audit'], ship: [], audit: [], other: [] }));
    const sends = (type: string) =>
      rightsOf(resources, `sluice-prod-${type}`).filter((right) => /sqs:(GetQueueUrl|SendMessage)/.test(right));
    expect(sends('process-order')).toEqual([
      `sqs:GetQueueUrl ${QUEUES}:sluice-prod-audit`,
      `sqs:GetQueueUrl ${QUEUES}:sluice-prod-ship`,
      `sqs:SendMessage ${QUEUES}:sluice-prod-audit`,
      `sqs:SendMessage ${QUEUES}:sluice-prod-process-order`,
      `sqs:SendMessage ${QUEUES}:sluice-prod-process-order-dlq`,
      `sqs:SendMessage ${QUEUES}:sluice-prod-ship`,
    ]);
    expect(variablesOf(resources, 'process-order')).not.toHaveProperty('SLUICE_QUEUES');
  });

  test('has no other rights for handsOn: [] than without it', () => {
    const rights = (next: readonly string[] | undefined) =>
      rightsOf(resourcesOf(stackOf({ ship: next })), 'sluice-prod-ship');
    expect(rights([])).toEqual(rights(undefined));
  });

  test('finds and may send to a queue with a name of its own, also one that is made later', () => {
    const stack = stackOf({ order: ['ship'], ship: ['order'] }, { ship: { queueName: 'shipments' } });
    const resources = resourcesOf(stack);
    expect(rightsOf(resources, 'sluice-prod-order')).toContain(`sqs:SendMessage ${QUEUES}:shipments`);
    expect(rightsOf(resources, 'sluice-prod-order').join('\n')).not.toContain('sluice-prod-ship');
    expect(variablesOf(resources, 'order')).toMatchObject({ SLUICE_QUEUES: '{"ship":"shipments"}' });
    expect(variablesOf(resources, 'ship')).not.toHaveProperty('SLUICE_QUEUES');
  });

  test('finds and may send to a queue of another app, with its key', () => {
    const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1';
    const theirs = { arn: 'arn:aws:sqs:eu-west-1:111122223333:parcels', url: 'https://parcels', keyArn };
    const resources = resourcesOf(stackOf({ order: ['ship'], ship: [] }, { ship: { queue: theirs } }));
    const rights = rightsOf(resources, 'sluice-prod-order');
    expect(rights).toEqual(expect.arrayContaining([`kms:GenerateDataKey ${keyArn}`, `sqs:SendMessage ${theirs.arn}`]));
    expect(variablesOf(resources, 'order')).toMatchObject({ SLUICE_QUEUES: '{"ship":"https://parcels"}' });
  });

  test('may park the callbacks of its batches, and update and read those in whose batches it has a place', () => {
    // A batch of `month`s with the callback `summary`; a month stages a batch of `page`s with the callback `merged`.
    const resources = resourcesOf(
      stackOf({
        year: ['month', 'summary'],
        month: ['page', 'merged'],
        page: ['merged'],
        merged: [],
        summary: [],
        apart: [],
      }),
    );
    expect(keysOf(resources, 'year')).toEqual({
      PartiQLInsert: ['month#*', 'summary#*'],
      PartiQLUpdate: ['month#*', 'summary#*'],
      UpdateItem: ['month#*', 'summary#*'],
      BatchGetItem: ['month#*', 'summary#*'],
    });
    // The inner batch's callback holds the month's place, so it ends it.
    expect(keysOf(resources, 'merged')).toMatchObject({ UpdateItem: ['month#*', 'page#*', 'summary#*'] });
    expect(keysOf(resources, 'merged')).not.toHaveProperty('PartiQLInsert');
    // A callback reads its children's results, and the parent's.
    expect(keysOf(resources, 'summary')).toMatchObject({
      UpdateItem: ['month#*'],
      BatchGetItem: ['month#*', 'year#*'],
    });
    expect(keysOf(resources, 'apart')).toEqual({});
  });
});

test('stacks of a catalogue grant each other’s queues, encrypted by the stage’s key, by name', () => {
  const definitions = [typed('order', { handsOn: ['ship'] }), typed('ship', { handsOn: [] })];
  const jobs = definitions.map((definition) => ({ definition, entry: HANDLER }));
  const app = makeApp({ jobs, context: { stage: 'prod', encryption: 'kms', region: 'eu-west-1' } });
  const stacks = synthesize(app);
  const rights = rightsOf(stacks.order?.resources ?? [], 'sluice-prod-order');
  expect(rights.filter((right) => right.endsWith(':sluice-prod-ship'))).toHaveLength(2);
  expect(rights.some((right) => right.startsWith('kms:GenerateDataKey'))).toBe(true);
  expect(JSON.stringify(stacks.order?.template)).not.toContain('ImportValue');
});

describe('a synth', () => {
  test('refuses a type that there is not, and says which one may be meant', () => {
    const stack = stackOf({ 'process-order': ['shipp'], ship: [] });
    expect(faultsOf(stack.node.root as never)).toContain(
      'process-order: handsOn names "shipp", which is no job type; did you mean "ship"?',
    );
  });

  test('refuses a type that takes part in no flow', () => {
    const stack = stackOf({ 'process-order': ['ship'], ship: undefined });
    expect(faultsOf(stack.node.root as never)).toMatch(
      /process-order: handsOn names "ship", which takes part in no flow.* write handsOn: \[\]/,
    );
  });

  test('warns of a retired type', () => {
    const app = ownApp({ '@aws-cdk/core:strictCfnValidateErrors': true });
    const sluice = sluiceIn(ownStack(app));
    for (const definition of [typed('order', { handsOn: ['ship'] }), typed('ship', { handsOn: [], retired: true })])
      new JobType(sluice.node.scope as never, definition.type, { sluice, definition, entry: HANDLER });
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const text = `${faultsOf(app)}${warned.mock.calls.join(' ')}`.replaceAll(/[\s│]+/g, ' ');
    warned.mockRestore();
    expect(text).toContain('order: handsOn names "ship", which is retired');
  });

  test('takes types that hand on to each other and to themselves', () => {
    expect(faultsOf(stackOf({ order: ['ship', 'order'], ship: ['order'] }).node.root as never)).toBe('');
  });

  const notesOf = (stack: ReturnType<typeof stackOf>) =>
    Annotations.fromStack(stack)
      .findInfo('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));

  test('notes that each end of a child with batchSize 1 is a write of its own', () => {
    const notes = (batchSize: number) =>
      notesOf(
        stackOf({ order: ['ship'], ship: [] }, { ship: { definition: typed('ship', { handsOn: [], batchSize }) } }),
      );
    expect(notes(1)).toEqual([expect.stringMatching(/^ship has batchSize 1: as children of a batch of order/)]);
    expect(notes(2)).toEqual([]);
  });

  test('notes types of which none can be the callback of a batch', () => {
    const notes = (handsOn: readonly string[], mail: 'claimed' | 'optimistic') => {
      const of = (type: string, begin = mail) => ({ definition: typed(type, { handsOn: ['mail'], begin }) });
      return notesOf(
        stackOf({ year: handsOn, month: [], mail: [] }, { month: of('month', 'optimistic'), mail: of('mail') }),
      );
    };
    expect(notes(['month', 'mail'], 'optimistic')).toEqual([
      expect.stringMatching(/^year: month, mail begin optimistically, so none of them can be a batch's callback/),
    ]);
    expect(notes(['month', 'mail'], 'claimed')).toEqual([]);
    expect(notes(['month'], 'optimistic')).toEqual([]);
  });

  test('notes a batch whose children cannot start their callback', () => {
    const notes = (next: readonly string[]) => notesOf(stackOf({ year: ['month', 'mail'], month: next, mail: [] }));
    expect(notes([])).toEqual([
      expect.stringMatching(/^year: none of month, mail hands on to another of them.*up to a minute/),
    ]);
    expect(notes(['mail'])).toEqual([]);
  });
});
