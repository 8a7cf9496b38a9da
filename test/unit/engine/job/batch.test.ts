import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sleep } from '../../../../lib/engine/clock.ts';
import { consumer } from '../../../../lib/engine/consumer.ts';
import { awsError, throttled } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

const statements = (calls: readonly { input: unknown }[]) =>
  calls.map(({ input }) => (input as { Statements: unknown[] }).Statements.length);

describe('the writes of a batch', () => {
  test('of ten jobs travel in two calls', async () => {
    const world = makeWorld();
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement']);
    expect(statements(world.dynamoDb.calls)).toEqual([10, 10]);
  });

  test('are sent again one by one if they were throttled', async () => {
    const world = makeWorld();
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}` });
    const hit = { kind: 'partly', indexes: [3], code: 'ThrottlingError' } as const;
    world.dynamoDb.faults.plan('BatchExecuteStatement', hit);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(statements(world.dynamoDb.calls)).toEqual([10, 9, 1, 1]);
    expect(world.starts).toHaveLength(10);
  });

  test('are sent again together if the whole call was throttled', async () => {
    const world = makeWorld();
    for (let i = 0; i < 3; i++) world.send({ id: `j${i}` });
    world.dynamoDb.faults.plan('BatchExecuteStatement', { kind: 'fails', error: throttled() });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toHaveLength(3);
  });

  test('for one item travel in different calls', async () => {
    const world = makeWorld();
    for (const id of ['a', 'a', 'b']) world.send({ id });
    await world.deliver();
    const begins = statements(world.dynamoDb.calls.filter(({ input }) => JSON.stringify(input).includes('INSERT')));
    expect(begins).toEqual([2, 1]);
  });

  test('are sent alone after one of them had the whole call refused', async () => {
    const world = makeWorld();
    for (const id of ['bad', 'b', 'c']) world.send({ id });
    const isBad = ({ input }: { input: unknown }) => JSON.stringify(input).includes('probe#bad');
    const error = awsError('ValidationException', 'cannot be read');
    world.dynamoDb.faults.plan(isBad, { kind: 'fails', error }, 1000);
    const { kept } = await world.deliver();
    expect(kept).toEqual(['sent-1']);
    expect([world.job('b')?.status, world.job('c')?.status]).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('keep the messages if the table takes none of them, and no job runs', async () => {
    const world = makeWorld();
    for (let i = 0; i < 3; i++) world.send({ id: `j${i}` });
    world.dynamoDb.faults.plan('BatchExecuteStatement', { kind: 'fails', error: throttled() }, 1000);
    const { kept, outcome } = await world.deliver();
    expect(outcome).toBe('answered');
    expect(kept).toHaveLength(3);
    expect(world.starts).toEqual([]);
    expect(world.output.events()).toEqual(['job.not-settled', 'job.not-settled', 'job.not-settled']);
    const errors = world.output.logs().map(({ error }) => (error as Error).name);
    expect(errors).toEqual(['WriteError', 'WriteError', 'WriteError']);
  });

  test('keep the message if a settle is refused; the lease runs out and the job stalls', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    const error = awsError('AccessDeniedException', 'no');
    const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('COMPLETED');
    world.dynamoDb.faults.plan(settles, { kind: 'fails', error });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(total(world.output, 'JobsCompleted')).toBe(1);
  });

  test('are preceded by one read of all redelivered jobs', async () => {
    const world = makeWorld();
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}`, payload: { do: 'fail', times: 1 } });
    await world.deliver();
    await world.clock.advance(1000);
    const before = world.dynamoDb.calls.length;
    await world.deliver();
    const names = world.dynamoDb.calls.slice(before).map(({ name }) => name);
    expect(names).toEqual(['BatchGetItem', 'BatchExecuteStatement', 'BatchExecuteStatement']);
  });
});

describe('the time of an attempt', () => {
  test('ends with a timeout error in a handler that honours its signal', async () => {
    const world = makeWorld();
    const startMs = world.clock.now();
    world.send({ id: 'a', payload: { do: 'hang' } });
    await world.deliver();
    expect(world.clock.now()).toBe(startMs + 10_000);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JobTimeoutError' } });
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('far too late'))],
    ['returns', () => Promise.resolve('far too late')],
  ])('ends for a handler that ignores its signal: what it %s later changes nothing', async (_, end) => {
    const world = makeWorld({
      perform: async (_payload, context, clock) => {
        await sleep(clock, 60_000);
        context.commit([]);
        return end();
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    const settled = world.job('a');
    expect(settled).toMatchObject({ status: 'RETRYING', error: { name: 'JobTimeoutError' } });
    await world.clock.advance(120_000);
    expect(world.job('a')).toEqual(settled);
  });

  test('ends a second before the function’s end, and the job is settled', async () => {
    const world = makeWorld();
    const startMs = world.clock.now();
    world.send({ id: 'a', payload: { do: 'hang' } });
    const { outcome } = await world.deliver({ functionTimeoutSeconds: 5 });
    expect(outcome).toBe('answered');
    expect(world.clock.now()).toBe(startMs + 4000);
    expect(world.job('a')?.status).toBe('RETRYING');
  });

  test('ends with the function if the handler blocks; the lease runs out later', async () => {
    const world = makeWorld({
      perform: () => {
        world.kill();
        return new Promise(() => undefined);
      },
    });
    world.send({ id: 'a' });
    const { outcome, kept } = await world.deliver();
    expect(outcome).toBe('crashed');
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
  });

  test('is not begun if too little is left: the job goes back for a second, without an attempt', async () => {
    const definition = defineProbe({ parallel: false, batchSize: 5 });
    const world = makeWorld({ definition });
    for (let i = 0; i < 5; i++) world.send({ id: `j${i}`, payload: { do: 'work', seconds: 9 } });
    const { kept } = await world.deliver({ functionTimeoutSeconds: 30 });
    expect(world.starts).toEqual(['j0/1', 'j1/1', 'j2/1']);
    expect(kept).toHaveLength(2);
    expect(world.job('j3')).toBeUndefined();
    expect(world.job('j4')).toBeUndefined();
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 1000);
    await world.drain(3600);
    for (let i = 0; i < 5; i++) expect(world.job(`j${i}`)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  test('is not begun in an invocation that has no time left', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    const { kept } = await world.deliver({ functionTimeoutSeconds: 1 });
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toBeUndefined();
  });
});

describe('a shutdown', () => {
  test('aborts the running jobs, which are put back, and starts no other', async () => {
    const world = makeWorld({ definition: defineProbe({ parallel: false, batchSize: 2 }) });
    world.send({ id: 'a', payload: { do: 'hang' } });
    world.send({ id: 'b' });
    world.clock.after(2000, () => world.shutdown.abort());
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(2);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, error: { name: 'ShutdownError' } });
    expect(world.job('b')).toBeUndefined();
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('a message that cannot be decoded', () => {
  test('does not stop the other jobs of its batch', async () => {
    const world = makeWorld();
    world.send('{', { attributes: { jobId: 'bad' } });
    for (let i = 0; i < 3; i++) world.send({ id: `j${i}` });
    world.send({ id: 'poison', payload: { do: 'permanent' } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    for (let i = 0; i < 3; i++) expect(world.job(`j${i}`)?.status).toBe('COMPLETED');
    expect(world.deadLetters.messages()).toHaveLength(2);
  });
});

test('an event that is no batch of messages is refused: nothing of it may be deleted', async () => {
  const consume = consumer(defineProbe(), () => undefined);
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const event = { Records: { 0: 'no list' } } as unknown as SQSEvent;
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  await expect(consume(event, context)).rejects.toThrow('the event is no batch of SQS messages: it has no Records');
});

const ENVIRONMENT = { SLUICE_JOBS_TABLE: 'jobs', SLUICE_STAGE: 'test', SLUICE_QUEUE_URL: 'q', SLUICE_DLQ_URL: 'd' };
