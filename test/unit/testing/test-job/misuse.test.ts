import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { consumer } from '../../../../lib/engine/consumer.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import {
  crashes,
  dynamoDbThrottles,
  hangs,
  type JobFault,
  TestJobError,
  testJob,
  throws,
} from '../../../../lib/testing/index.ts';

const job = defineJob({ type: 'probe', payload: z.object({ x: z.int() }) });
const payload = { x: 1 };
const perform = () => 'done';

/** Past the types, as JavaScript would call it. */
const call = (...args: unknown[]) => (testJob as (...args: unknown[]) => Promise<unknown>)(...args);

async function complaint(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TestJobError);
  return (error as Error).message;
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('an argument that is wrong is named, with what it must be', () => {
  it.each([
    ['no definition', [{ type: 'probe' }, perform, { payload }], 'as defineJob makes it, got {"type":"probe"}'],
    ['no handler', [job, 'perform', { payload }], 'a function of payload and context, got "perform"'],
    ['no payload', [job, perform, { faults: [] }], 'must be { payload, … }, got {"faults":[]}'],
    ['no options', [job, perform], 'must be { payload, … }, got undefined'],
    ['a mistyped option', [job, perform, { payload, fault: [] }], 'unknown option "fault"; did you mean "faults"?'],
    ['faults that are none', [job, perform, { payload, faults: throws(1) }], 'faults must be a list, got {'],
    ['an error as a fault', [job, perform, { payload, faults: [{}] }], 'faults[0] must be made by throws, hangs'],
    [
      'a table without a key',
      [job, perform, { payload, tables: { a: [] } }],
      "tables.a must be its key attributes, ['<",
    ],
    ['items of no table', [job, perform, { payload, items: { a: [] } }], 'a table that tables does not name'],
    ['an id that is none', [job, perform, { payload, id: 'a b' }], 'cannot be sent: "id" must be'],
    ['a payload that is not JSON', [job, perform, { payload: { x: 1n } }], 'cannot be sent: payload.x is a bigint'],
  ])('%s', async (_, args, message) => {
    expect(await complaint(call(...args))).toContain(message);
  });

  it.each([
    [throws(new Error('x'), 0), 'times must be a whole number from 1, or Infinity, got 0'],
    [hangs(1.5), 'times must be a whole number from 1, or Infinity, got 1.5'],
    [crashes({ checkpoint: 0, moment: 'after' }), 'at must be "start", "end" or { checkpoint, moment }'],
    [dynamoDbThrottles('middle' as 'begin'), 'during must be "begin", "handler" or "end", got "middle"'],
  ])('fault %o', async (fault: JobFault, message) => {
    expect(await complaint(testJob(job, perform, { payload, faults: [fault] }))).toContain(message);
  });

  it('the Lambda entry point in the place of the work', async () => {
    const entry = consumer(job, perform) as unknown as typeof perform;
    expect(await complaint(testJob(job, entry, { payload }))).toContain('hand over the work (perform)');
  });

  it('a faked event loop', async () => {
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    expect(await complaint(testJob(job, perform, { payload }))).toContain("toFake: ['Date']");
  });

  it('idempotency switched off', async () => {
    vi.stubEnv('POWERTOOLS_IDEMPOTENCY_DISABLED', 'true');
    await expect(testJob(job, perform, { payload })).rejects.toThrow('POWERTOOLS_IDEMPOTENCY_DISABLED must not be set');
  });
});

describe('a run that proves nothing is an error', () => {
  it('if a fault never came', async () => {
    const faults = [throws(new Error('busy'), 3), crashes({ checkpoint: 2, moment: 'before' })];
    const message = await complaint(testJob(job, perform, { payload, faults, maxAttempts: 2 }));
    expect(message).toContain(
      'throws(Error) came 2 of 3 times; crashes({"checkpoint":2,"moment":"before"}) came 0 of 1',
    );
    expect(message).toContain('the job is DEAD after 2 attempts');
  });

  it('if the handler waits for something that never comes', async () => {
    const stuck = () => new Promise(() => undefined);
    const message = await complaint(testJob(job, stuck, { payload, patienceMs: 50 }));
    expect(message).toContain('did not end within 50 ms of real time');
  });

  it('if it writes to a table that the test does not name', async () => {
    const write = (_: unknown, { commit }: JobContext) => commit([{ Put: { TableName: 'a', Item: { id: '1' } } }]);
    expect(await complaint(testJob(job, write, { payload }))).toContain("tables: { 'a': ['<partition key>'] }");
    const nameless = (_: unknown, { checkpoint }: JobContext) =>
      checkpoint([{ Put: { TableName: undefined, Item: { id: '1' } } }], 1);
    expect(await complaint(testJob(job, nameless, { payload }))).toContain('has no TableName');
  });

  it('if no attempt can ever begin', async () => {
    const faults = [dynamoDbThrottles('begin', Number.POSITIVE_INFINITY)];
    expect(await complaint(testJob(job, perform, { payload, faults }))).toContain('after too many receives');
  });
});
