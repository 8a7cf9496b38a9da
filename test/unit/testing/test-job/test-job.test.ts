import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, type Payload } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError, RetryAfterError, SnoozeError } from '../../../../lib/contract/errors.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import {
  crashes,
  dynamoDbLosesReply,
  dynamoDbThrottles,
  hangs,
  isCancelled,
  isShutDown,
  makeVirtualClock,
  testJob,
  throws,
} from '../../../../lib/testing/index.ts';

const resizeImage = defineJob({
  type: 'resize-image',
  payload: z.object({ key: z.string(), width: z.int().min(16).default(320) }),
  timeoutSeconds: 60,
  retry: { maxAttempts: 8, backoff: { kind: 'exponential', firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800 } },
});
type Image = Payload<typeof resizeImage>;
const payload = { key: 'cat.png' };
const perform = ({ key, width }: Image) => ({ key: `${width}/${key}` });

/** Of the queue: six times the function's timeout, which is the job's and 15 s. */
const VISIBILITY_MS = 6 * (60 + 15) * 1000;

describe('a handler', () => {
  it('gets what the schema makes of the payload, and its result is kept', async () => {
    const run = await testJob(resizeImage, perform, { payload });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, delaysMs: [], startsMs: [0] });
    expect(run.result).toEqual({ key: '320/cat.png' });
    expect(run.events).toEqual(['job.started', 'job.completed']);
  });

  it('runs on Node 20, which has no Promise.withResolvers', async () => {
    const { withResolvers } = Promise;
    Object.assign(Promise, { withResolvers: undefined });
    try {
      const faults = [throws(new Error('busy')), crashes()];
      expect(await testJob(resizeImage, perform, { payload, faults })).toMatchObject({
        status: 'COMPLETED',
        attempts: 3,
      });
    } finally {
      Object.assign(Promise, { withResolvers });
    }
  });

  it('is not called with a payload that its schema refuses', async () => {
    let calls = 0;
    const run = await testJob(resizeImage, () => ++calls, { payload: { key: 'cat.png', width: 3 } });
    expect(run).toMatchObject({ status: 'DEAD', attempts: 0, reason: 'InvalidPayload' });
    expect(run.deadLetter).toMatchObject({ jobId: 'job-1', reason: 'InvalidPayload' });
    expect(run.published).toMatchObject([{ 'detail-type': 'Job Dead-Lettered', detail: { id: 'job-1' } }]);
    expect(calls).toBe(0);
  });

  it('sees the job that it works for', async () => {
    const work = (_: Image, { job, idempotencyKey }: JobContext) => ({ job, idempotencyKey });
    const options = { payload, id: 'img-7', key: 'cat', maxAttempts: 2, faults: [throws(new Error('busy'))] };
    const { result, attempts } = await testJob(resizeImage, work, options);
    expect(attempts).toBe(2);
    expect(result).toMatchObject({
      idempotencyKey: 'resize-image#cat',
      job: { id: 'img-7', key: 'cat', attempts: 2, maxAttempts: 2, error: { name: 'Error', message: 'busy' } },
    });
  });

  it.each([
    [new PermanentError('gone'), { status: 'DEAD', reason: 'PermanentError', delaysMs: [] }],
    [new RetryAfterError(75.5), { status: 'COMPLETED', attempts: 2, delaysMs: [75_500] }],
    [new SnoozeError(10), { status: 'COMPLETED', attempts: 1, delaysMs: [10_000], startsMs: [0, 10_000] }],
    ['no error', { status: 'COMPLETED', attempts: 2, delaysMs: [2000] }],
  ])('that throws %s once', async (error, expected) => {
    expect(await testJob(resizeImage, perform, { payload, faults: [throws(error)] })).toMatchObject(expected);
  });

  it('may take real time, in which its job’s stands still', async () => {
    const work = async (_: Image, { remainingMs }: JobContext) => {
      const before = remainingMs();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return before - remainingMs();
    };
    expect(await testJob(resizeImage, work, { payload })).toMatchObject({ status: 'COMPLETED', result: 0 });
  });

  it('whose time the test lets pass runs into its timeout', async () => {
    const clock = makeVirtualClock();
    const seen: unknown[] = [];
    const work = async (_: Image, { signal, remainingMs, job }: JobContext) => {
      await clock.advance(job.attempts === 1 ? 61_000 : 59_000);
      seen.push([signal.aborted, remainingMs()]);
    };
    const run = await testJob(resizeImage, work, { payload, clock });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, error: { name: 'JobTimeoutError' } });
    expect(seen).toEqual([
      [true, 0],
      [false, 1000],
    ]);
  });
});

describe('delays', () => {
  it('are those of the policy, without jitter unless it is asked for', async () => {
    const faults = [throws(new Error('busy'), Number.POSITIVE_INFINITY)];
    const run = await testJob(resizeImage, perform, { payload, faults });
    expect(run).toMatchObject({ status: 'DEAD', reason: 'AttemptsExhausted', attempts: 8, error: { message: 'busy' } });
    expect(run.delaysMs).toEqual([2000, 6000, 18_000, 54_000, 162_000, 486_000, 1_458_000]);
    const jittered = await testJob(resizeImage, perform, { payload, faults, random: () => 0.5, maxAttempts: 3 });
    expect(jittered.delaysMs).toEqual([1800, 5400]);
  });

  it('pass: each attempt starts when it is due, parked ones too', async () => {
    const { startsMs } = await testJob(resizeImage, perform, { payload, faults: [throws(new Error('busy'), 7)] });
    const dueMs = [0, 2000, 8000, 26_000, 80_000, 242_000, 728_000, 2_186_000];
    expect(startsMs).toHaveLength(dueMs.length);
    for (const [i, startMs] of startsMs.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(dueMs[i] ?? 0);
      expect(startMs).toBeLessThan((dueMs[i] ?? 0) + 1000);
    }
  });
});

describe('a rate limit', () => {
  it('holds an attempt back', async () => {
    const limited = { ...resizeImage, rateLimit: { limit: 1, perSeconds: 50 } };
    const run = await testJob(limited, perform, { payload, faults: [throws(new Error('busy'))] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, delaysMs: [2000] });
    expect(run.startsMs[1]).toBeGreaterThanOrEqual(50_000);
  });
});

describe('faults', () => {
  it('come one an attempt, in their order', async () => {
    const faults = [throws(new Error('first')), hangs(), crashes(), throws(new Error('last'))];
    const run = await testJob(resizeImage, perform, { payload, faults });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 5, delaysMs: [2000, 6000, 54_000] });
    expect(run.events.filter((name) => name !== 'job.started')).toEqual([
      ...['job.failed', 'job.retrying', 'job.failed', 'job.retrying'],
      ...['job.stalled', 'job.failed', 'job.retrying', 'job.completed'],
    ]);
  });

  it('a hanging attempt ends at its timeout', async () => {
    const run = await testJob(resizeImage, perform, { payload, faults: [hangs()] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, startsMs: [0, 62_000], delaysMs: [2000] });
    expect(run.error).toEqual({ name: 'JobTimeoutError', message: 'the attempt ran past timeoutSeconds 60' });
  });

  it('a process that dies lets its message come back, the attempt counts', async () => {
    let calls = 0;
    const run = await testJob(resizeImage, () => ++calls, { payload, faults: [crashes(), crashes('end')] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 3, delaysMs: [], result: 2 });
    expect(run.startsMs).toEqual([0, VISIBILITY_MS, 2 * VISIBILITY_MS]);
    const dead = await testJob(resizeImage, perform, { payload, faults: [crashes('start', 2)], maxAttempts: 2 });
    expect(dead).toMatchObject({ status: 'DEAD', reason: 'Crashed', attempts: 2, deadLetter: { reason: 'Crashed' } });
  });

  it('a job that is cancelled ends so, once its handler reports progress', async () => {
    const work = async (_: Image, { progress, signal }: JobContext) => {
      await progress('half');
      signal.throwIfAborted();
      return 'whole';
    };
    const run = await testJob(resizeImage, work, { payload, faults: [isCancelled()] });
    expect(run).toMatchObject({ status: 'CANCELLED', attempts: 1, delaysMs: [] });
    const deaf = await testJob(resizeImage, perform, { payload, faults: [isCancelled()] });
    expect(deaf).toMatchObject({ status: 'COMPLETED' });
  });

  it('a process that is shut down aborts the attempt, and the job is put back without it', async () => {
    const reasons: unknown[] = [];
    let calls = 0;
    const work = async (_: Image, { signal, job }: JobContext) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason.name));
      calls += 1;
      // The first one does not listen to its signal.
      return calls === 1 ? new Promise<never>(() => undefined) : job.attempts;
    };
    const run = await testJob(resizeImage, work, { payload, faults: [isShutDown()] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, result: 1, delaysMs: [3000] });
    expect(reasons).toEqual(['ShutdownError']);
  });

  it('DynamoDB that throttles is asked again, and given up on after the tenth time', async () => {
    const run = await testJob(resizeImage, perform, { payload, faults: [dynamoDbThrottles('begin', 9)] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, startsMs: [0] });
    const later = await testJob(resizeImage, perform, { payload, faults: [dynamoDbThrottles('begin', 10)] });
    expect(later).toMatchObject({ status: 'COMPLETED', attempts: 1, startsMs: [VISIBILITY_MS] });
    const again = await testJob(resizeImage, perform, { payload, faults: [dynamoDbThrottles('end', 10)] });
    expect(again).toMatchObject({ status: 'COMPLETED', attempts: 2, startsMs: [0, VISIBILITY_MS] });
  });

  it.each(['begin', 'end'] as const)('a lost reply at its %s does not start the job again', async (during) => {
    let calls = 0;
    const run = await testJob(resizeImage, () => ++calls, { payload, faults: [dynamoDbLosesReply(during, 3)] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, result: 1 });
  });
});
