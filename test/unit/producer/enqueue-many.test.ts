import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnqueueManyOptions, JobResult, PayloadInput } from '../../../lib/producer/index.ts';
import { awsError, type Call, throttled, timeout } from '../../../lib/testing/index.ts';
import { bodies, makeShop, resize } from './support.ts';

const MIB = 1_048_576;
type ResizeInput = PayloadInput<typeof resize>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const count = (n: number): ResizeInput[] => Array.from({ length: n }, (_, i) => ({ n: i }));
const numbered = { each: (_: unknown, i: number) => ({ id: `j${i}` }) };
const entriesOf = ({ input }: Call) => (input as { Entries: { MessageBody: string }[] }).Entries;

/** Sends all, its waits leapt over. */
async function send(
  shop: ReturnType<typeof makeShop>,
  payloads: ResizeInput[],
  options: EnqueueManyOptions<ResizeInput> = numbered,
): Promise<JobResult[]> {
  const sending = shop.enqueueMany(resize, payloads, options);
  await vi.runAllTimersAsync();
  return sending;
}

const batches = ({ sqs }: ReturnType<typeof makeShop>) => sqs.calls.filter(({ name }) => name === 'SendMessageBatch');
const byStatus = (results: JobResult[]) => results.map(({ status }) => status);

describe('many jobs', () => {
  it('are sent ten a call, and each has its result at its index', async () => {
    const shop = makeShop();
    const results = await send(shop, count(25));
    expect(batches(shop).map((call) => entriesOf(call).length)).toEqual([10, 10, 5]);
    expect(results).toHaveLength(25);
    const inQueue = new Map(shop.queue.messages().map(({ messageId, body }) => [messageId, JSON.parse(body)]));
    for (const [i, result] of results.entries()) {
      expect(result).toMatchObject({ status: 'sent', jobId: `j${i}` });
      expect(inQueue.get('messageId' in result ? result.messageId : '')).toMatchObject({
        id: `j${i}`,
        payload: { n: i },
      });
    }
  });

  it('make no call if there are none', async () => {
    const shop = makeShop();
    expect(await send(shop, [])).toEqual([]);
    expect(batches(shop)).toEqual([]);
  });

  it('are split by bytes too, to the byte', async () => {
    const shop = makeShop();
    await send(shop, [{ n: 1, filler: '' }]);
    const overhead = Buffer.byteLength(shop.queue.messages()[0]?.body ?? '');
    shop.queue.purge();
    const half = { n: 1, filler: 'f'.repeat(MIB / 2 - overhead) };
    const more = { n: 1, filler: 'f'.repeat(MIB / 2 - overhead + 1) };
    expect(byStatus(await send(shop, [half, half, half, more, half]))).toEqual(Array(5).fill('sent'));
    expect(
      batches(shop)
        .slice(1)
        .map((call) => entriesOf(call).length),
    ).toEqual([2, 1, 1, 1]);
  });

  it('share options, and have their own', async () => {
    const shop = makeShop();
    const each = ({ n }: ResizeInput, i: number) => ({ key: `k${n + i}`, ...(i === 1 && { tenant: 'b' }) });
    await send(shop, count(2), { maxAttempts: 2, tenant: 'a', delaySeconds: 30, each });
    expect(bodies(shop.queue)).toMatchObject([
      { key: 'k0', maxAttempts: 2, runAt: expect.any(String) },
      { key: 'k2', maxAttempts: 2 },
    ]);
    expect(shop.queue.messages().map(({ group }) => group)).toEqual(['a', 'b']);
  });

  it('that are refused do not keep the others from being sent', async () => {
    const shop = makeShop();
    const tooBig = { n: 3, filler: 'f'.repeat(MIB) };
    const payloads = [{ n: 0 }, { n: 1.5 }, { n: 2 }, tooBig, { n: 4 }];
    const each = (_: unknown, i: number) => {
      if (i === 4) throw new TypeError('no id for this one');
      return { id: i === 2 ? 'a b' : `j${i}` };
    };
    const results = await send(shop, payloads, { each });
    expect(byStatus(results)).toEqual(['sent', 'refused', 'refused', 'refused', 'refused']);
    expect(results).toMatchObject([
      { jobId: 'j0' },
      { jobId: 'j1', error: { name: 'InvalidPayloadError' } },
      { jobId: 'a b', error: { name: 'InvalidMessageError' } },
      { jobId: 'j3', error: { name: 'MessageTooLargeError' } },
      { jobId: undefined, error: { message: 'no id for this one' } },
    ]);
  });

  it.each<[object, string]>([
    [{ id: 'a' }, '"id" names one job, not all of them: use each: (payload) => ({ id: … })'],
    [{ key: 'a' }, '"key" names one job, not all of them'],
    [{ callsAtOnce: 0 }, '"callsAtOnce" must be a whole number, 1 to 50, got 0'],
    [{ callsAtOnce: 51 }, '"callsAtOnce" must be a whole number, 1 to 50, got 51'],
  ])('with options %j are refused as a whole', async (options, message) => {
    const shop = makeShop();
    await expect(shop.enqueueMany(resize, count(2), options)).rejects.toThrow(message);
    expect(shop.sqs.calls).toEqual([]);
  });

  it('have at most callsAtOnce calls under way', async () => {
    let underWay = 0;
    let most = 0;
    const shop = makeShop();
    const client = {
      async send(command: never) {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, 10));
        underWay -= 1;
        return shop.sqs.client.send(command);
      },
    };
    const slow = makeShop({ stage: 'test', client: client as never });
    expect(byStatus(await send(slow, count(200), { callsAtOnce: 4 }))).toEqual(Array(200).fill('sent'));
    expect(most).toBe(4);
  });
});

describe('when SQS takes only some', () => {
  it('only the others are sent again', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [1, 3], code: 'InternalError' });
    expect(byStatus(await send(shop, count(5)))).toEqual(Array(5).fill('sent'));
    expect(batches(shop).map((call) => entriesOf(call).map(({ MessageBody }) => JSON.parse(MessageBody).id))).toEqual([
      ['j0', 'j1', 'j2', 'j3', 'j4'],
      ['j1', 'j3'],
    ]);
    expect(shop.queue.messages()).toHaveLength(5);
  });

  it('a throttled entry is sent again, though it counts as its sender’s fault', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'RequestThrottled' });
    expect(byStatus(await send(shop, count(1)))).toEqual(['sent']);
  });

  it('an entry that will never be taken is not sent again', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InvalidMessageContents' });
    const [first, second] = await send(shop, count(2));
    expect(first).toMatchObject({ status: 'refused', jobId: 'j0', error: { code: 'InvalidMessageContents' } });
    expect(second).toMatchObject({ status: 'sent' });
    expect(batches(shop)).toHaveLength(1);
  });

  it('the job fails after six calls, and the error says so', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' }, 6);
    const [first] = await send(shop, count(1));
    expect(first).toMatchObject({
      status: 'refused',
      error: { name: 'SendError', message: 'SQS did not take job j0: InternalError: InternalError: injected' },
    });
    expect(batches(shop)).toHaveLength(6);
    expect(shop.sqs.faults.pending).toBe(0);
  });

  it('an entry that it does not mention is sent again', async () => {
    const shop = makeShop();
    let calls = 0;
    const client = { send: (command: never) => (++calls === 2 ? Promise.resolve({}) : shop.sqs.client.send(command)) };
    const deaf = makeShop({ stage: 'test', client: client as never });
    expect(byStatus(await send(deaf, count(1)))).toEqual(['sent']);
    expect(calls).toBe(3);
  });
});

describe('when a whole call fails', () => {
  it('a throttled call is made again', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: throttled() }, 5);
    expect(byStatus(await send(shop, count(10)))).toEqual(Array(10).fill('sent'));
    expect(shop.queue.messages()).toHaveLength(10);
  });

  it('a call whose answer is lost is made again: the ids make that harmless', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'lostReply' });
    expect(byStatus(await send(shop, count(2)))).toEqual(['sent', 'sent']);
    const ids = bodies(shop.queue).map(({ id }) => id);
    expect(ids.sort()).toEqual(['j0', 'j0', 'j1', 'j1']);
  });

  it('without any answer its jobs end as unknown', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: timeout() }, 6);
    const results = await send(shop, count(2));
    expect(results).toMatchObject([
      { status: 'unknown', jobId: 'j0', error: { code: 'TimeoutError', maybeSent: true } },
      { status: 'unknown', jobId: 'j1' },
    ]);
  });

  it('a job whose first answer was lost ends as unknown, whatever is answered later', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'lostReply' });
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    expect(await send(shop, count(1))).toMatchObject([
      { status: 'unknown', error: { code: 'AccessDenied', maybeSent: true } },
    ]);
  });

  it('for its sender’s rights, no further call is made, and every job is refused', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    const results = await send(shop, count(1000), { callsAtOnce: 1 });
    expect(byStatus(results)).toEqual(Array(1000).fill('refused'));
    expect(results[999]).toMatchObject({ error: { code: 'AccessDenied', cause: { message: 'no' } } });
    expect(batches(shop)).toHaveLength(1);
  });

  it('for its content, the other calls are made', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('InvalidMessageContents', 'no') });
    const results = await send(shop, count(20), { callsAtOnce: 1 });
    expect(byStatus(results)).toEqual([...Array(10).fill('refused'), ...Array(10).fill('sent')]);
  });

  it('for want of a queue, nothing is sent, and enqueueMany itself fails', async () => {
    await expect(makeShop({ stage: 'prod' }).enqueueMany(resize, count(2))).rejects.toThrow(
      'queue sluice-prod-resize does not exist',
    );
  });
});
