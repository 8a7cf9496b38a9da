import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { setStagePayloads } from '../../../lib/aws/stage-payloads.ts';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { largePayload } from '../../../lib/producer/large-payload.ts';
import { awsError, throttled } from '../../../lib/testing/index.ts';
import { makeMemoryS3 } from '../../support/memory-s3.ts';
import { bodies, makeShop, resize, STAGE } from './support.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');
const BUCKET = 'sluice-test-payloads-000000000000-us-east-1';
const KB = 1024;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function makeLargeShop() {
  const s3 = makeMemoryS3();
  return { s3, ...makeShop({ stage: STAGE, payloads: { s3: s3.client, bucket: BUCKET } }) };
}

const payloadOf = (bytes: number) => ({ n: 1, filler: 'x'.repeat(bytes) });
const refOf = (payload: object, days = 30, type = 'resize') => {
  const text = JSON.stringify(payload);
  const sha256 = hash('sha256', text, 'hex');
  return { key: `${days}/${type}/${sha256}`, sha256, bytes: Buffer.byteLength(text) };
};

it.each(['', undefined])('a producer is refused whose bucket is %j', (bucket) => {
  const payloads = { s3: makeMemoryS3().client, bucket: bucket as string };
  expect(() => makeShop({ stage: STAGE, payloads })).toThrow(
    "payloads.bucket is not set: give the bucket's name, the output PayloadsBucket of the core stack",
  );
});

describe('a large payload', () => {
  it('goes to the bucket, and its message says where it lies', async () => {
    const { enqueue, queue, s3 } = makeLargeShop();
    const payload = payloadOf(10_000 * KB);
    await enqueue(resize, payload, { id: 'a' });
    const payloadRef = refOf(payload);
    expect(bodies(queue)).toEqual([{ id: 'a', type: 'resize', createdAt: new Date(NOW).toISOString(), payloadRef }]);
    expect(Buffer.from(s3.objects.get(`${BUCKET}/${payloadRef.key}`) ?? []).toString()).toBe(JSON.stringify(payload));
  });

  it('stays in its message up to 256 KB, and without a bucket up to a whole MiB', async () => {
    const { enqueue, queue, s3 } = makeLargeShop();
    await enqueue(resize, payloadOf(255 * KB));
    expect(s3.calls).toEqual([]);
    await enqueue(resize, payloadOf(257 * KB));
    expect(bodies(queue).map((body) => 'payloadRef' in body)).toEqual([false, true]);
    const plain = makeShop();
    await plain.enqueue(resize, payloadOf(1000 * KB));
    expect(bodies(plain.queue)).toMatchObject([{ payload: payloadOf(1000 * KB) }]);
  });

  it('without a bucket is refused with the way out', async () => {
    const { enqueue, sqs } = makeShop();
    const message = '1,500 KB: 1,048,576 bytes fit; deploy with -c payloads=on for more';
    await expect(enqueue(resize, payloadOf(1500 * KB - 200))).rejects.toMatchObject({
      name: 'MessageTooLargeError',
      message,
    });
    expect(sqs.calls).toEqual([]);
  });

  it('of more than 100 MB is refused', () => {
    const encode = () => largePayload('x'.repeat(101 * KB * KB), resize, { runAtMs: NOW, nowMs: NOW });
    expect(encode).toThrow('103,424 KB: 100 MB fit: keep the data elsewhere and send its address');
  });

  it('that its schema refuses is not put', async () => {
    const { enqueue, s3 } = makeLargeShop();
    await expect(enqueue(resize, { n: 1.5, filler: payloadOf(300 * KB).filler })).rejects.toThrow(/payload\.n/);
    const slow = defineJob({ type: 'resize', payload: z.string().refine(async () => false) });
    await expect(enqueue(slow, 'x'.repeat(300 * KB))).rejects.toMatchObject({ name: 'InvalidPayloadError' });
    expect(s3.calls).toEqual([]);
  });

  it.each([
    ['today', {}, 30],
    ['a month ahead', { delaySeconds: 30 * 24 * 3600 }, 120],
    ['a year ahead', { delaySeconds: 365 * 24 * 3600 }, 410],
  ])('of a job that starts %s is kept beyond the last redrive', async (_, options, days) => {
    const { enqueue, queue } = makeLargeShop();
    await enqueue(resize, payloadOf(300 * KB), options);
    expect(bodies(queue)).toMatchObject([{ payloadRef: refOf(payloadOf(300 * KB), days) }]);
  });

  it('that was sent before is the same object, and is put again: its age begins anew', async () => {
    const { enqueue, s3 } = makeLargeShop();
    for (const id of ['a', 'b']) await enqueue(resize, payloadOf(300 * KB), { id });
    expect(s3.calls).toHaveLength(2);
    expect(s3.objects.size).toBe(1);
  });

  it('is put again where S3 did not answer, and then sent', async () => {
    vi.useRealTimers();
    const { enqueue, queue, s3 } = makeLargeShop();
    s3.fail(throttled());
    await enqueue(resize, payloadOf(300 * KB));
    expect(queue.messages()).toHaveLength(1);
  });

  it('that S3 refuses is not sent, and the error says so', async () => {
    const { enqueue, sqs, s3 } = makeLargeShop();
    s3.fail(awsError('AccessDenied', 'no', 403));
    await expect(enqueue(resize, payloadOf(300 * KB))).rejects.toMatchObject({
      ...{ name: 'SendError', maybeSent: false, code: 'AccessDenied' },
      message: expect.stringContaining(`nothing was sent: S3 did not take the payload, for the bucket ${BUCKET}`),
    });
    expect(sqs.calls.filter(({ name }) => name.startsWith('SendMessage'))).toEqual([]);
  });
});

describe('many payloads', () => {
  it('go to the bucket where they are large, and one that S3 refuses keeps no other back', async () => {
    const { enqueueMany, queue, s3 } = makeLargeShop();
    s3.fail(awsError('AccessDenied', 'no', 403));
    const payloads = [payloadOf(300 * KB), payloadOf(10), payloadOf(400 * KB)];
    const results = await enqueueMany(resize, payloads, { callsAtOnce: 1 });
    expect(results.map(({ status }) => status)).toEqual(['refused', 'sent', 'sent']);
    expect(results[0]).toMatchObject({ error: { name: 'SendError' } });
    expect(bodies(queue).map((body) => 'payloadRef' in body)).toEqual([false, true]);
  });
});

it('a producer inside of a handler uses the bucket of its stage', async () => {
  const s3 = makeMemoryS3();
  setStagePayloads({ s3: s3.client, bucket: BUCKET });
  const { enqueue, queue } = makeShop();
  await enqueue(resize, payloadOf(300 * KB));
  expect(bodies(queue)).toMatchObject([{ payloadRef: refOf(payloadOf(300 * KB)) }]);
  expect(s3.calls).toHaveLength(1);
});
