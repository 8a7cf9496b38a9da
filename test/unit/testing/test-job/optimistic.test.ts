import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, PermanentError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { crashes, dynamoDbLosesReply, isCancelled, isShutDown, testJob, throws } from '#sluice/testing';

const options = { payload: z.string(), timeoutSeconds: 60, retry: { maxAttempts: 3 } };
const notify = defineJob({ type: 'notify', ...options, begin: 'optimistic' });
/** The same, but claimed. */
const claimed = defineJob({ type: 'notify', ...options });
const tables = { sent: ['id'] };
const perform = (id: string, { commit }: JobContext<string>) => {
  commit([{ Put: { TableName: 'sent', Item: { id } } }]);
  return `to ${id}`;
};

/** Of the queue: six times the function's timeout, which is the job's and 15 s. */
const VISIBILITY_MS = 6 * (60 + 15) * 1000;

describe('a job that begins optimistically, tested by testJob,', () => {
  it.each([
    ['completes', []],
    ['is retried', [throws(new Error('busy'), 2)]],
    ['uses up its attempts', [throws(new Error('busy'), 3)]],
    ['dies', [throws(new PermanentError('no such user'))]],
    ['is put back', [isShutDown()]],
    ['loses the reply of its end', [dynamoDbLosesReply('end')]],
  ])('%s as one that is claimed', async (_, faults) => {
    const of = async (definition: typeof notify) => {
      const { item: _item, ...run } = await testJob(definition, perform, { payload: 'ada', tables, faults });
      return run;
    };
    expect(await of(notify)).toEqual(await of(claimed));
  });

  it('keeps what commit wrote, and is one write', async () => {
    const run = await testJob(notify, perform, { payload: 'ada', tables });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, result: 'to ada', checkpoints: [] });
    expect(run.tables.sent).toEqual([{ id: 'ada' }]);
    // A claim would have left its lease.
    expect(run.item.leaseUntil).toBeUndefined();
  });

  it('does not count the attempt of a process that died before there was a row', async () => {
    const faults = [crashes('end'), crashes('start')];
    const run = await testJob(notify, perform, { payload: 'ada', tables, faults });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, startsMs: [0, VISIBILITY_MS, 2 * VISIBILITY_MS] });
    expect(run.tables.sent).toHaveLength(1);
  });

  it('counts it once progress or a checkpoint has claimed the job', async () => {
    const work = async (_id: string, { checkpoint, job }: JobContext<string>) => {
      await checkpoint([], job.attempts);
      return job.attempts;
    };
    const faults = [crashes({ checkpoint: 1, moment: 'after' })];
    const run = await testJob(notify, work, { payload: 'ada', faults });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, result: 2, checkpoints: [1, 2] });
  });

  it('that is cancelled while it runs ends CANCELLED, whatever its handler returns, and writes nothing', async () => {
    const run = await testJob(notify, perform, { payload: 'ada', tables, faults: [isCancelled()] });
    expect(run).toMatchObject({ status: 'CANCELLED', attempts: 0, writes: [] });
    expect(run.tables.sent).toEqual([]);
    expect(run.events).toEqual(['job.started', 'job.lease-lost', 'job.duplicate']);
  });
});
