import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import {
  crashes,
  dynamoDbLosesReply,
  dynamoDbThrottles,
  TestJobError,
  testJob,
  throws,
} from '../../../../lib/testing/index.ts';

const importPages = defineJob({ type: 'import-pages', payload: z.object({ pages: z.int() }) });
const tables = { counts: ['id'] };
const payload = { pages: 3 };

const count = (id: string) => ({
  Update: {
    TableName: 'counts',
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});

/** One checkpoint a page, from the one after the last. */
async function perform({ pages }: { pages: number }, { job, checkpoint, progress, commit }: JobContext) {
  for (let page = Number(job.checkpoint ?? 0) + 1; page <= pages; page++) {
    await checkpoint([count(`page-${page}`)], page);
    await progress({ page });
  }
  commit([count('job')]);
  return pages;
}

const once = ['job', 'page-1', 'page-2', 'page-3'].map((id) => ({ id, times: 1 }));

describe('commit and checkpoint', () => {
  it('are seen: progress, states, writes, and what the tables hold', async () => {
    const run = await testJob(importPages, perform, { payload, tables });
    expect(run.progress).toEqual([{ page: 1 }, { page: 2 }, { page: 3 }]);
    expect(run.checkpoints).toEqual([1, 2, 3]);
    expect(run.writes).toEqual(['page-1', 'page-2', 'page-3', 'job'].map(count));
    expect(run.tables.counts).toEqual(expect.arrayContaining(once));
    expect(run.item).toMatchObject({ checkpoint: 3, checkpointNo: 3, progress: { page: 1 } });
  });

  const moments = [1, 2, 3].flatMap((checkpoint) =>
    (['before', 'after'] as const).map((moment) => ({ checkpoint, moment })),
  );
  it.each(moments)('happen once each if the process dies $moment checkpoint $checkpoint', async (at) => {
    const run = await testJob(importPages, perform, { payload, tables, faults: [crashes(at)] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, checkpoints: [1, 2, 3] });
    expect(run.tables.counts).toEqual(expect.arrayContaining(once));
    expect(run.writes).toHaveLength(4);
  });

  it.each([
    ['crashes at its end', crashes('end')],
    ['loses replies while the handler runs', dynamoDbLosesReply('handler', 3)],
    ['loses the reply to its end', dynamoDbLosesReply('end')],
    ['is throttled while the handler runs', dynamoDbThrottles('handler', 5)],
    ['is throttled at its end', dynamoDbThrottles('end', 5)],
  ])('happen once each if the job %s', async (_, fault) => {
    const run = await testJob(importPages, perform, { payload, tables, faults: [fault] });
    expect(run.status).toBe('COMPLETED');
    expect(run.tables.counts).toHaveLength(4);
    expect(run.tables.counts).toEqual(expect.arrayContaining(once));
    expect(run.writes).toHaveLength(4);
  });

  it('of an attempt that fails are not written', async () => {
    const fails = (_: unknown, { commit, job }: JobContext) => {
      commit([count(`attempt-${job.attempts}`)]);
      if (job.attempts === 1) throw new Error('after commit');
    };
    const run = await testJob(importPages, fails, { payload, tables });
    expect(run.writes).toEqual([count('attempt-2')]);
    expect(run.tables.counts).toEqual([{ id: 'attempt-2', times: 1 }]);
  });

  it('meet what a table holds already', async () => {
    const items = { counts: [{ id: 'a', times: 7 }] };
    const put = { TableName: 'counts', Item: { id: 'a' }, ConditionExpression: 'attribute_not_exists(id)' };
    const work = (_: unknown, { commit }: JobContext) => commit([{ Put: put }]);
    const run = await testJob(importPages, work, { payload, tables, items, maxAttempts: 1 });
    expect(run).toMatchObject({ status: 'DEAD', error: { name: 'WriteConditionError' }, writes: [] });
    expect(run.tables.counts).toEqual([{ id: 'a', times: 7 }]);
  });

  it('keep what a handler handed over, not what it made of it later', async () => {
    const state = { pages: [1] };
    const work = async (_: unknown, { checkpoint, progress }: JobContext) => {
      await checkpoint([], state);
      await progress(state);
      state.pages.push(2);
    };
    const run = await testJob(importPages, work, { payload });
    expect(run).toMatchObject({ checkpoints: [{ pages: [1] }], progress: [{ pages: [1] }] });
  });

  it('are not those of an attempt that threw before', async () => {
    const run = await testJob(importPages, perform, { payload, tables, faults: [throws(new Error('busy'), 2)] });
    expect(run).toMatchObject({ attempts: 3, delaysMs: [1000, 5000], checkpoints: [1, 2, 3] });
  });

  it.each([
    ['SET seen = list_append(if_not_exists(seen, :none), :list)', { seen: [1] }],
    ['SET box.page = box.page + :tenth', { box: { page: 0.3 } }],
    ['SET box.cells[1] = :one', { box: { page: 0.2, cells: [7, 1] } }],
    ['REMOVE box.cells[0]', { box: { page: 0.2, cells: [] } }],
    ['ADD tags :tag', { tags: new Set(['a', 'b']) }],
    ['DELETE tags :tag', { tags: new Set(['a']) }],
    ['SET n = :one, #c = :one', { n: 1, c: 1 }, 'size(tags) < :ten AND attribute_type(tags, :SS)'],
  ])('take %s', async (UpdateExpression, changed, ConditionExpression?: string) => {
    const given = {
      ':one': 1,
      ':tenth': 0.1,
      ':ten': 10,
      ':none': [],
      ':list': [1],
      ':tag': new Set(['b']),
      ':SS': 'SS',
    };
    const text = `${UpdateExpression} ${ConditionExpression}`;
    const used = Object.entries(given).filter(([name]) => new RegExp(`${name}\\b`).test(text));
    const Update = {
      ...{ TableName: 'counts', Key: { id: 'a' }, UpdateExpression },
      ...(ConditionExpression !== undefined && { ConditionExpression, ExpressionAttributeNames: { '#c': 'c' } }),
      ...(used.length > 0 && { ExpressionAttributeValues: Object.fromEntries(used) }),
    };
    const tags = new Set(UpdateExpression.startsWith('DELETE') ? ['a', 'b'] : ['a']);
    const before = { id: 'a', box: { page: 0.2, cells: [7] }, tags };
    if (UpdateExpression.startsWith('SET box.page')) before.box = { page: 0.2 } as typeof before.box;
    const work = (_: unknown, { commit }: JobContext) => commit([{ Update }]);
    const run = await testJob(importPages, work, { payload, tables, items: { counts: [before] } });
    expect(run.error).toBeUndefined();
    expect(run.tables.counts).toEqual([{ ...before, ...changed }]);
  });

  it('are refused as on AWS: two operators are one too many', async () => {
    const Update = {
      ...{ TableName: 'counts', Key: { id: 'a' }, UpdateExpression: 'SET c = c + :a - :b' },
      ExpressionAttributeValues: { ':a': 2, ':b': 1 },
    };
    const work = (_: unknown, { commit }: JobContext) => commit([{ Update }]);
    const options = { payload, tables, items: { counts: [{ id: 'a', c: 1 }] }, maxAttempts: 1 };
    const run = await testJob(importPages, work, options);
    expect(run).toMatchObject({ status: 'DEAD', error: { name: 'WriteRefusedError' }, writes: [] });
  });

  it('in a form that is not modelled are an error of the test, not of the job', async () => {
    const Update = {
      ...{ TableName: 'counts', Key: { id: 'a' }, UpdateExpression: 'SET c = upper(:a)' },
      ExpressionAttributeValues: { ':a': 'x' },
    };
    const work = (_: unknown, { commit }: JobContext) => commit([{ Update }]);
    const run = testJob(importPages, work, { payload, tables });
    await expect(run).rejects.toThrow(TestJobError);
    await expect(run).rejects.toThrow('the in-memory DynamoDB does not know the form upper(…) in "SET c = upper(:a)"');
  });
});
