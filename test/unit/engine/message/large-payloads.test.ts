import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { JOB_TYPES } from '../../../../functions/index.ts';
import { awsError, timeout } from '../../../../lib/testing/index.ts';
import { SECRET } from '../../../support/factories.ts';
import { makeMemoryS3 } from '../../../support/memory-s3.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type WorldOptions } from '../../../support/world.ts';

const BUCKET = 'sluice-test-payloads-000000000000-us-east-1';

/** A stage that keeps payloads in S3. */
function makeStage(options: WorldOptions = {}) {
  const s3 = makeMemoryS3();
  const world = makeWorld({ ...options, payloads: { s3: s3.client, bucket: BUCKET } });
  /** Puts a payload as a producer does. */
  const put = (payload: unknown, type = 'probe') => {
    const text = JSON.stringify(payload);
    const sha256 = hash('sha256', text, 'hex');
    const key = `30/${type}/${sha256}`;
    s3.objects.set(`${BUCKET}/${key}`, Buffer.from(text));
    return { key, sha256, bytes: Buffer.byteLength(text) };
  };
  const send = (id: string, payload: unknown) => {
    const payloadRef = put(payload);
    world.send(JSON.stringify({ id, payloadRef }));
    return payloadRef;
  };
  return { ...world, world, s3, put, send };
}

const large = (fields: object) => ({ ...fields, secret: SECRET, filler: 'x'.repeat(2_000_000) });

describe('a payload in S3', () => {
  test('is what the handler gets, once its job has begun', async () => {
    const seen: unknown[] = [];
    const { send, deliver, job, s3, queue } = makeStage({
      perform: (payload, { job }) => void seen.push(payload, job.payload),
    });
    send('a', large({ do: 'complete' }));
    await deliver();
    expect(job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(seen).toEqual([large({ do: 'complete' }), large({ do: 'complete' })]);
    expect(s3.calls).toHaveLength(1);
    expect(queue.messages()).toEqual([]);
  });

  test('is not fetched for a duplicate, nor for a job that waits', async () => {
    const { world, send, put, deliver, s3 } = makeStage();
    send('a', { do: 'complete' });
    await deliver();
    send('a', { do: 'complete' });
    const payloadRef = put({ do: 'complete' });
    world.send(JSON.stringify({ id: 'b', payloadRef, runAt: new Date(world.clock.now() + 3_600_000).toISOString() }));
    await deliver();
    expect(world.job('b')).toMatchObject({ status: 'SCHEDULED' });
    expect(s3.calls).toHaveLength(1);
  });

  test('is the same job as the payload itself, whichever comes first', async () => {
    const { world, send, deliver, starts } = makeStage();
    send('a', { do: 'complete' });
    await deliver();
    world.send({ id: 'a', payload: { do: 'complete' } });
    world.send({ id: 'b', payload: { do: 'complete' } });
    await deliver();
    send('b', { do: 'complete' });
    await deliver();
    expect(starts).toEqual(['a/1', 'b/1']);
    expect(world.output.events().filter((name) => name === 'job.duplicate')).toHaveLength(2);
  });

  test('stays where it is while its job is parked, dies and is redriven', async () => {
    const { world, send, drain, tick, deliver, clock, deadLetters } = makeStage();
    const payloadRef = send('a', large({ do: 'fail', times: 5 }));
    await drain(60);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 3 });
    expect(JSON.parse(world.job('a')?.envelope?.body ?? '')).toEqual({ id: 'a', payloadRef });
    for (let attempt = 4; attempt <= 5; attempt++) {
      await clock.advance(1_860_000);
      await tick();
      await drain(60);
    }
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'AttemptsExhausted' });
    const [deadLetter] = deadLetters.messages();
    expect(JSON.parse(deadLetter?.body ?? '')).toEqual({ id: 'a', payloadRef });
    const { body = '', attributes = {} } = deadLetter ?? {};
    world.queue.add({ MessageBody: body, MessageAttributes: attributes }, 'redriven');
    await deliver();
    // Attempt 1 of run 2 fails again: the same payload came.
    expect(world.job('a')).toMatchObject({ runNo: 2, attempts: 1, error: { message: 'attempt 1 failed' } });
  });

  test('that its schema refuses is a death without a call of the handler', async () => {
    const { send, deliver, job, starts, deadLetters } = makeStage();
    send('a', { do: 'nothing' });
    await deliver();
    expect(job('a')).toMatchObject({ status: 'DEAD', reason: 'InvalidPayload', attempts: 1 });
    expect(job('a')?.error?.message).toMatch(/^payload\.do: /);
    expect(starts).toEqual([]);
    expect(deadLetters.messages()).toHaveLength(1);
  });

  test('whose bucket is not there is asked for again: the object may lie in the next one', async () => {
    const { world, send, deliver, s3 } = makeStage();
    send('a', { do: 'complete' });
    s3.fail(awsError('NoSuchBucket', 'The specified bucket does not exist', 404));
    await deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'NoSuchBucket' } });
  });

  test('that is gone is a death that says for how long it was kept', async () => {
    const { send, deliver, job, s3, starts } = makeStage();
    send('a', { do: 'complete' });
    s3.objects.clear();
    await deliver();
    const error = { name: 'PermanentError', message: 'the payload is gone: its object was kept 30 days' };
    expect(job('a')).toMatchObject({ status: 'DEAD', reason: 'PermanentError', error });
    expect(starts).toEqual([]);
  });

  test.each([
    ['another text of the same length', '{"do":"completed}', /another SHA-256/],
    ['more bytes', '{"do":"complete","secret":"y"}', /has 30 bytes, the message says 17/],
    ['fewer bytes', '{}', /has 2 bytes, the message says 17/],
  ])('that was changed to %s is refused', async (_, text, message) => {
    const { send, deliver, job, s3, starts } = makeStage();
    const { key } = send('a', { do: 'complete' });
    s3.objects.set(`${BUCKET}/${key}`, Buffer.from(text));
    await deliver();
    expect(job('a')).toMatchObject({
      status: 'DEAD',
      reason: 'InvalidPayload',
      error: { message: expect.stringMatching(message) },
    });
    expect(starts).toEqual([]);
  });

  test('is fetched again by the next attempt if S3 does not answer', async () => {
    const { send, drain, job, s3, starts } = makeStage();
    send('a', { do: 'complete' });
    s3.fail(timeout());
    await drain(5);
    expect(job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(starts).toEqual(['a/2']);
  });

  test('that takes longer than the attempt may is a failed attempt', async () => {
    const { world, send, deliver, job, s3 } = makeStage();
    s3.client.getObject = () => new Promise(() => undefined);
    send('a', { do: 'complete' });
    await deliver();
    expect(job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JobTimeoutError' } });
    expect(world.starts).toEqual([]);
  });

  test('gives its job back if the process shuts down meanwhile', async () => {
    const { world, send, deliver, job, s3 } = makeStage();
    s3.client.getObject = () => {
      world.shutdown.abort();
      return new Promise(() => undefined);
    };
    send('a', { do: 'complete' });
    await deliver();
    expect(job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, putBacksInRow: 1 });
  });

  test('is in no line of the log', async () => {
    const { world, send, deliver, s3 } = makeStage();
    const { key } = send('a', { do: 'complete', secret: SECRET });
    s3.objects.set(`${BUCKET}/${key}`, Buffer.from(`{"do":"complete","secret":"${SECRET}`.padEnd(54)));
    await deliver();
    expect(world.job('a')?.status).toBe('DEAD');
    expect(world.output.text()).not.toContain(SECRET);
  });

  test('on a stage that keeps none is a death that says what to do', async () => {
    const world = makeWorld();
    const sha256 = 'a'.repeat(64);
    world.send(JSON.stringify({ id: 'a', payloadRef: { key: `30/probe/${sha256}`, sha256, bytes: 9 } }));
    await world.deliver();
    expect(world.job('a')).toMatchObject({
      ...{ status: 'DEAD', reason: 'PermanentError' },
      error: { message: expect.stringContaining('deploy with -c payloads=on, then redrive') },
    });
  });
});

describe('a message is refused before its job begins', () => {
  const sha256 = 'a'.repeat(64);
  const ref = { key: `30/probe/${sha256}`, sha256, bytes: 9 };
  const wanted = '"payloadRef" must be { key, sha256, bytes } with the key <days>/probe/<sha256>, got an object';

  test.each([
    ['whose payload lies under another type', { ...ref, key: `30/${JOB_TYPES[0]}/${sha256}` }],
    ['whose key is another payload', { ...ref, key: `30/probe/${'b'.repeat(64)}` }],
    ['whose key has other days', { ...ref, key: `31/probe/${sha256}` }],
    ['that names a bucket', { ...ref, bucket: 'mine' }],
    ['of 101 MB', { ...ref, bytes: 101 * 1024 * 1024 }],
    ['without a length', { key: ref.key, sha256 }],
  ])('%s', async (_, payloadRef) => {
    const { world, s3 } = makeStage();
    world.send(JSON.stringify({ id: 'a', payloadRef }));
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage', error: { message: wanted } });
    expect(s3.calls).toEqual([]);
  });

  test('that has a payload and a reference', async () => {
    const { world } = makeStage();
    world.send({ id: 'a', payload: { do: 'complete' }, payloadRef: ref });
    await world.deliver();
    const error = { message: 'the body has "payload" and "payloadRef"' };
    expect(world.job('a')).toMatchObject({ reason: 'InvalidMessage', error });
  });
});

describe('a body that AWS’s extended client put into S3', () => {
  const definition = defineProbe({ extendedFrom: { bucket: 'their-bucket' } });
  const pointer = (s3BucketName: string, s3Key: string, of = 'software.amazon.payloadoffloading.PayloadS3Pointer') =>
    JSON.stringify([of, { s3BucketName, s3Key }]);
  const attributes = { ExtendedPayloadSize: '17' };
  const stage = (options: WorldOptions = {}) => {
    const made = makeStage({ definition, ...options });
    const body = JSON.stringify({ id: 'a', key: 'k', payload: { do: 'fail', times: 1 } });
    made.s3.objects.set('their-bucket/some-key', Buffer.from(body));
    return made;
  };

  test.each([
    ['a pointer of today', pointer('their-bucket', 'some-key')],
    ['an older one', pointer('their-bucket', 'some-key', 'com.amazon.sqs.javamessaging.MessageS3Pointer')],
    [
      'one of Python, with blanks',
      '["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": "their-bucket", "s3Key": "some-key"}]',
    ],
  ])('is read by %s, with the names of its job', async (_, body) => {
    const { world, drain, job } = stage();
    world.send(body, { attributes });
    await drain(5);
    expect(job('k')).toMatchObject({ status: 'COMPLETED', jobId: 'a', attempts: 2 });
  });

  test('stays a pointer where its job is parked and where it is dead-lettered', async () => {
    const body = pointer('their-bucket', 'some-key');
    const { world, deliver, drain, job, deadLetters, s3 } = stage();
    s3.objects.set('their-bucket/some-key', Buffer.from(JSON.stringify({ id: 'k', payload: { do: 'fail' } })));
    world.send(body, { attributes });
    await drain(60);
    expect(job('k')).toMatchObject({ status: 'RETRYING', envelope: { body } });
    for (let attempt = 4; attempt <= 5; attempt++) {
      await world.clock.advance(1_860_000);
      await world.tick();
      await deliver();
    }
    expect(deadLetters.messages()).toMatchObject([{ body }]);
    expect(deadLetters.messages()[0]?.attributes).toHaveProperty('ExtendedPayloadSize');
  });

  test.each([
    [
      'another bucket',
      pointer('other-bucket', 'some-key'),
      'the body is in the bucket "other-bucket": it is read from "their-bucket" alone',
    ],
    [
      'an object that is gone',
      pointer('their-bucket', 'none'),
      'the body is gone: "their-bucket" has no object "none"',
    ],
  ])('is refused from %s, by name', async (_, body, message) => {
    const { world, deliver, s3 } = stage();
    const id = world.send(body, { attributes });
    await deliver();
    expect(world.job(id)).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage', error: { message } });
    expect(world.deadLetters.messages()).toMatchObject([{ body }]);
    expect(s3.calls.filter((call) => call.includes('other-bucket'))).toEqual([]);
  });

  test('is kept in its queue if S3 does not answer', async () => {
    const { world, deliver, s3, queue } = stage();
    world.send(pointer('their-bucket', 'some-key'), { attributes });
    s3.fail(timeout());
    await deliver();
    expect(queue.messages()).toHaveLength(1);
    expect(world.job('k')).toBeUndefined();
  });

  test('is refused with the way out where the definition names no bucket', async () => {
    const world = makeWorld();
    const id = world.send(pointer('their-bucket', 'some-key'), { attributes });
    await world.deliver();
    expect(world.job(id)?.error?.message).toContain('got an address in S3 (see extendedFrom)');
  });
});
