import { BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeMemoryDynamoDb, makeVirtualClock } from '../../../../../lib/testing/index.ts';

/** @param lags how late each read of an item is, as a part of a second */
function setUp(...lags: number[]) {
  const clock = makeVirtualClock();
  const readLag = lags.length === 0 ? undefined : { mostMs: 1000, random: () => lags.shift() ?? 0 };
  const memory = makeMemoryDynamoDb({ clock, tables: { t: ['id'] }, readLag });
  const batch = async (ConsistentRead?: boolean) => {
    const Keys = [{ id: { S: 'a' } }];
    const { Responses } = await memory.client.send(
      new BatchGetItemCommand({
        RequestItems: { t: { Keys, ...(ConsistentRead !== undefined && { ConsistentRead }) } },
      }),
    );
    return Responses?.t?.map((item) => unmarshall(item).n);
  };
  const get = async (ConsistentRead: boolean) => {
    const { Item } = await memory.client.send(
      new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } }, ConsistentRead }),
    );
    return Item && unmarshall(Item).n;
  };
  const put = async (n: number) => {
    memory.put('t', { id: 'a', n });
    await clock.advance(300);
  };
  return { clock, memory, batch, get, put };
}

describe('a read that is not consistent', () => {
  it('misses an item that was written within the lag, and finds it later', async () => {
    const { clock, batch, get, put } = setUp(0.5, 0.5, 0.2, 0.9, 0.9);
    await put(1);
    expect(await batch()).toEqual([]);
    expect(await get(false)).toBeUndefined();
    expect(await batch(false)).toEqual([1]);
    expect(await batch()).toEqual([]);
    await clock.advance(700);
    expect(await batch()).toEqual([1]);
  });

  it('finds what stood in the item at a moment before, whichever of its writes that was', async () => {
    const { batch, put } = setUp(0.95, 0.7, 0.4, 0.1);
    for (const n of [1, 2, 3]) await put(n);
    // Written 900, 600 and 300 ms ago.
    expect([await batch(), await batch(), await batch(), await batch()]).toEqual([[], [1], [2], [3]]);
  });

  it('finds an item that was deleted within the lag', async () => {
    const { clock, memory, batch, put } = setUp(0.9, 0.1);
    await put(1);
    await clock.advance(1000);
    memory.table('t').delete({ id: { S: 'a' } });
    await clock.advance(300);
    expect([await batch(), await batch()]).toEqual([[1], []]);
  });

  it('is up to date if it asks for that, or no lag was asked for', async () => {
    const { batch, get, put } = setUp(0.9, 0.9);
    await put(1);
    expect([await batch(true), await get(true)]).toEqual([[1], 1]);
    const prompt = setUp();
    await prompt.put(1);
    expect([await prompt.batch(), await prompt.get(false)]).toEqual([[1], 1]);
  });
});
