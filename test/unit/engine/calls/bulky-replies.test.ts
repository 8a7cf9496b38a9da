import { describe, expect, test } from 'vitest';
import type { MessageOptions } from '../../../support/factories.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const JOBS = 25;
const BODY_BYTES = 300_000;
const ids = Array.from({ length: JOBS }, (_, i) => `j${i}`);
/** A job's item without its envelope, as it is read, is some 600 bytes of JSON: all of them, with room to grow. */
const SMALL_BYTES = JOBS * 1000;

/** Bytes of each reply of DynamoDB's from now on, as they would come over the wire. */
function watchReplies({ dynamoDb }: World): { name: string; bytes: number }[] {
  const replies: { name: string; bytes: number }[] = [];
  const send = dynamoDb.client.send.bind(dynamoDb.client) as (command: unknown) => Promise<unknown>;
  const watched = async (command: object) => {
    const reply = await send(command);
    replies.push({ name: dynamoDb.calls.at(-1)?.name ?? '', bytes: JSON.stringify(reply).length });
    return reply;
  };
  Object.assign(dynamoDb.client, { send: watched });
  return replies;
}

/** Something happens right after the first read has been answered. */
function afterFirstRead({ dynamoDb }: World, happens: () => void): void {
  const send = dynamoDb.client.send.bind(dynamoDb.client) as (command: unknown) => Promise<unknown>;
  let reads = 0;
  const watched = async (command: object) => {
    const reply = await send(command);
    if (dynamoDb.calls.at(-1)?.name === 'BatchGetItem' && ++reads === 1) happens();
    return reply;
  };
  Object.assign(dynamoDb.client, { send: watched });
}

const total = (replies: readonly { bytes: number }[]) => replies.reduce((sum, { bytes }) => sum + bytes, 0);

/** Jobs of 300 KB that failed once and are parked for an hour; they complete when they are tried again. */
async function parkedWorld() {
  const retry = { maxAttempts: 2, backoff: { kind: 'list', delaysSeconds: [3600], jitter: 0 } } as const;
  const world = makeWorld({ definition: defineProbe({ batchSize: JOBS, batchWindowSeconds: 1, retry }) });
  const payload = { do: 'fail', times: 1, filler: 'x'.repeat(BODY_BYTES) };
  const send = (options: (id: string) => MessageOptions = () => ({})) => {
    for (const id of ids) world.send({ id, payload }, options(id));
  };
  send();
  await world.deliver();
  for (const id of ids) expect(world.job(id)).toMatchObject({ status: 'RETRYING', envelope: expect.anything() });
  return { world, send };
}

describe('replies to 25 parked jobs of 300 KB that come in one batch', () => {
  test('are small where the messages are second copies, sent by a producer', async () => {
    const { world, send } = await parkedWorld();
    const replies = watchReplies(world);
    send();
    expect((await world.deliver()).kept).toEqual([]);
    // An insert that finds an item does not bring it.
    expect(replies.map(({ name }) => name)).toEqual(['BatchExecuteStatement', 'BatchGetItem']);
    expect(total(replies)).toBeLessThan(SMALL_BYTES);
  });

  test('are small where the messages were here before', async () => {
    const { world, send } = await parkedWorld();
    const replies = watchReplies(world);
    send((id) => ({ attributes: { sluice: JSON.stringify({ id }) } }));
    expect((await world.deliver()).kept).toEqual([]);
    expect(replies.map(({ name }) => name)).toEqual(['BatchGetItem']);
    expect(total(replies)).toBeLessThan(SMALL_BYTES);
  });

  test('are small where the dispatcher has released them, and they run', async () => {
    const { world } = await parkedWorld();
    await world.clock.advance(3600_000);
    await world.tick();
    const replies = watchReplies(world);
    await world.deliver();
    expect(ids.map((id) => world.job(id)?.status)).toEqual(ids.map(() => 'COMPLETED'));
    expect(total(replies)).toBeLessThan(SMALL_BYTES);
  });

  test('are small where each was changed between the read and the begin, and is read again', async () => {
    const { world } = await parkedWorld();
    await world.clock.advance(3600_000);
    await world.tick();
    afterFirstRead(world, () => {
      for (const id of ids) world.alter(id, { dueAt: world.clock.now() - 1 });
    });
    const replies = watchReplies(world);
    await world.deliver();
    const [read, begin, settle] = ['BatchGetItem', 'BatchExecuteStatement', 'BatchExecuteStatement'];
    expect(replies.map(({ name }) => name)).toEqual([read, begin, read, begin, settle]);
    expect(ids.map((id) => world.job(id)?.status)).toEqual(ids.map(() => 'COMPLETED'));
    expect(total(replies)).toBeLessThan(2 * SMALL_BYTES);
  });
});
