import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import {
  type EnqueueOptions,
  InvalidMessageError,
  type ProducerDynamoDb,
  SendError,
} from '../../../lib/producer/index.ts';
import { bodies, makeShop, resize, STAGE } from './support.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');
const LOOK = { onDuplicate: 'look' } as const;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

type Found = Pick<JobItem, 'jobId' | 'status' | 'expiration'> & Partial<JobItem>;

/** A producer whose jobs table holds one item, or fails. */
function shopWith(item: Found | Error | undefined) {
  const reads: object[] = [];
  const getItem: ProducerDynamoDb['getItem'] = (input) => {
    reads.push(input);
    if (item instanceof Error) return Promise.reject(item);
    if (item === undefined) return Promise.resolve({});
    const { jobId, status, expiration, undelivered } = item;
    const Item = {
      ...{ jobId: { S: jobId }, status: { S: status }, expiration: { N: String(expiration) } },
      ...(undelivered !== undefined && { undelivered: { BOOL: true } }),
    };
    return Promise.resolve({ Item });
  };
  return { reads, ...makeShop({ stage: STAGE, dynamoDb: { getItem } }) };
}

const ahead = NOW / 1000 + 3600;

describe('enqueue with onDuplicate "look"', () => {
  it.each<[string, EnqueueOptions]>([
    ['id', { id: 'ord-7' }],
    ['key', { id: 'another', key: 'ord-7' }],
  ])('tells that the %s is used, after one read, and sends as ever', async (_, options) => {
    const { enqueue, queue, reads } = shopWith({ jobId: 'ord-7', status: 'COMPLETED', expiration: ahead });
    const sent = await enqueue(resize, { n: 1 }, { ...options, ...LOOK });
    expect(sent).toMatchObject({ jobId: options.id, duplicateOf: { jobId: 'ord-7', status: 'COMPLETED' } });
    expect(bodies(queue)).toMatchObject([{ id: options.id }]);
    expect(reads).toEqual([
      {
        TableName: `sluice-${STAGE}-jobs`,
        Key: { id: { S: 'resize#ord-7' } },
        ConsistentRead: true,
        ProjectionExpression: 'jobId, #status, expiration, undelivered',
        ExpressionAttributeNames: { '#status': 'status' },
      },
    ]);
  });

  it.each<[string, Found | undefined]>([
    ['nobody has used it', undefined],
    ['its retention is over', { jobId: 'ord-7', status: 'COMPLETED', expiration: NOW / 1000 }],
  ])('tells nothing if %s', async (_, item) => {
    const { enqueue } = shopWith(item);
    expect(await enqueue(resize, { n: 1 }, { id: 'ord-7', ...LOOK })).not.toHaveProperty('duplicateOf');
  });

  it('takes an expired job that still runs, or whose dead letter is pending, for what it is', async () => {
    for (const item of [
      { jobId: 'ord-7', status: 'INPROGRESS', expiration: NOW / 1000 },
      { jobId: 'ord-7', status: 'DEAD', expiration: NOW / 1000, undelivered: true },
    ] as const) {
      const { enqueue } = shopWith(item);
      const { duplicateOf } = await enqueue(resize, { n: 1 }, { id: 'ord-7', ...LOOK });
      expect(duplicateOf?.status).toBe(item.status);
    }
  });

  it('reads nothing for an id that it makes itself', async () => {
    const { enqueue, reads } = shopWith(undefined);
    await enqueue(resize, { n: 1 }, LOOK);
    expect(reads).toEqual([]);
  });

  it('sends nothing if the table cannot be read', async () => {
    const { enqueue, queue } = shopWith(Object.assign(new Error('no right'), { name: 'AccessDeniedException' }));
    const sending = enqueue(resize, { n: 1 }, { id: 'ord-7', ...LOOK });
    await expect(sending).rejects.toThrow(SendError);
    await expect(sending).rejects.toThrow('job ord-7 was not sent: table sluice-test-jobs could not be read');
    await expect(sending).rejects.toMatchObject({ code: 'AccessDeniedException', maybeSent: false });
    expect(queue.messages()).toEqual([]);
  });

  it('needs a client that reads', async () => {
    const { enqueue, enqueueMany, sqs } = makeShop();
    const wanted = 'onDuplicate: "look" reads the jobs table: createProducer({ dynamoDb: new DynamoDB() })';
    await expect(enqueue(resize, { n: 1 }, { id: 'a', ...LOOK })).rejects.toThrow(wanted);
    await expect(enqueue(resize, { n: 1 }, { id: 'a', onDuplicate: 'drop' } as never)).rejects.toThrow(
      new InvalidMessageError('"onDuplicate" must be "look", got "drop"'),
    );
    await expect(enqueueMany(resize, [{ n: 1 }], LOOK as never)).resolves.toMatchObject([{ status: 'refused' }]);
    expect(sqs.calls.filter(({ input }) => 'MessageBody' in (input as object))).toEqual([]);
  });
});
