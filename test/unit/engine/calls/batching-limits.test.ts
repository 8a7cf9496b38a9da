import type { BatchExecuteStatementCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { readItems } from '../../../../lib/engine/calls/reads.ts';
import { defineProbe } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const statementCalls = (world: World) =>
  world.dynamoDb.calls
    .filter(({ name }) => name === 'BatchExecuteStatement')
    .map(({ input }) => input as BatchExecuteStatementCommandInput);

const names = (world: World) => world.dynamoDb.calls.map(({ name }) => name);

describe('calls to DynamoDB', () => {
  test('hold at most 25 statements: sixty jobs are three calls to begin and three to settle', async () => {
    const world = makeWorld({ definition: defineProbe({ batchSize: 60, batchWindowSeconds: 1 }) });
    // As the event source gathers it: SQS itself gives ten at a time.
    for (let i = 0; i < 60; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(statementCalls(world).map(({ Statements = [] }) => Statements.length)).toEqual([25, 25, 10, 25, 25, 10]);
  });

  test('stay below 4 MB, however many large jobs are parked at once', async () => {
    const world = makeWorld({ definition: defineProbe({ batchSize: 20, batchWindowSeconds: 1 }) });
    const runAt = iso(world.clock.now() + 120_000);
    const payload = { do: 'complete', filler: 'x'.repeat(300 * 1024) };
    for (let i = 0; i < 20; i++) world.send({ id: `j${i}`, runAt, payload });
    await world.deliver();
    for (let i = 0; i < 20; i++) expect(world.job(`j${i}`)).toMatchObject({ status: 'SCHEDULED' });
    const bytes = statementCalls(world).map((input) => JSON.stringify(input).length);
    expect(bytes).toHaveLength(2);
    for (const size of bytes) expect(size).toBeLessThan(4_100_000);
  });

  test('read a released job’s item once, then begin it and settle it', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 61_000) });
    await world.deliver();
    await world.tick();
    await world.clock.advance(61_000);
    const before = world.dynamoDb.calls.length;
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
    expect(names(world).slice(before)).toEqual(['BatchGetItem', 'BatchExecuteStatement', 'BatchExecuteStatement']);
    const table = { RequestItems: { [JOBS_TABLE]: { ConsistentRead: true } } };
    expect(world.dynamoDb.calls[before]?.input).toMatchObject(table);
  });
});

describe('reads of many items', () => {
  const read = (world: World, ids: readonly string[]) => {
    const deps = {
      dynamoDb: world.dynamoDb.client,
      callTime: makeCallTime({ clock: world.clock, random: () => 0.5 }),
    };
    return world.clock.run(readItems({ table: JOBS_TABLE, names: ['id'] }, ids, deps));
  };

  /** A world with 100 items, of which each read answers all but so many of the first. */
  const slowly = (times: number, unprocessed: number) => {
    const world = makeWorld();
    const ids = Array.from({ length: 100 }, (_, i) => `probe#${i}`);
    for (const id of ids) world.dynamoDb.put(JOBS_TABLE, { id });
    for (let round = 1; round <= times; round++) {
      const indexes = Array.from({ length: unprocessed - (unprocessed < 100 ? round * 5 : 0) }, (_, i) => i);
      world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes, code: '' });
    }
    return { world, ids };
  };

  test('are tried again for as long as each answer brings some', async () => {
    const { world, ids } = slowly(15, 95);
    expect((await read(world, ids)).size).toBe(100);
    expect(world.dynamoDb.calls).toHaveLength(16);
  });

  test('fail after ten answers that bring none', async () => {
    const { world, ids } = slowly(20, 100);
    await expect(read(world, ids)).rejects.toThrow('100 keys stayed unprocessed');
    expect(world.dynamoDb.calls).toHaveLength(10);
  });

  test('are made of at most 100 keys each', async () => {
    const { world, ids } = slowly(0, 0);
    world.dynamoDb.put(JOBS_TABLE, { id: 'probe#100' });
    expect((await read(world, [...ids, 'probe#100', 'probe#none'])).size).toBe(101);
    expect(world.dynamoDb.calls).toHaveLength(2);
  });
});
