import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CancelledJobError,
  DeadJobError,
  ExpiredJobError,
  GoneJobError,
  JobTableError,
  WaitTimeoutError,
} from '#sluice/client';
import { awsError, throttled, timeout } from '../../../lib/testing/index.ts';
import { JOBS_TABLE } from '../../support/world.ts';
import { makeDesk, outcomeOf } from './support.ts';

afterEach(() => void vi.useRealTimers());

const COMPLETES = { do: 'complete', result: { sent: 3 } };

describe('waitFor', () => {
  it('resolves with what the handler returned, at most 5 s after the end', async () => {
    const { world, waitFor, pass } = makeDesk();
    const waiting = outcomeOf(waitFor(world.definition, 'a'));
    await pass(60_000);
    expect(waiting.now()).toBe('pending');
    world.send({ id: 'a', payload: COMPLETES });
    await world.deliver();
    await pass(5000);
    expect(waiting.now()).toEqual({ sent: 3 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves after one look if the job has ended', async () => {
    const { world, waitFor, pass, looks } = makeDesk();
    world.send({ id: 'a', payload: COMPLETES });
    await world.deliver();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(0);
    expect(waiting.now()).toEqual({ sent: 3 });
    expect(looks()).toEqual([['probe#a']]);
  });

  it('resolves with undefined if the handler returned nothing', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.send({ id: 'a', payload: { do: 'complete' } });
    await world.deliver();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(0);
    expect(waiting.now()).toBeUndefined();
  });

  it('goes on through retries, and rejects with the reason once the job is dead', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.send({ id: 'a', maxAttempts: 2, payload: { do: 'fail' } });
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await world.deliver();
    await pass(1000);
    expect(waiting.now()).toBe('pending');
    await world.deliver();
    await pass(5000);
    const error = waiting.now();
    expect(error).toBeInstanceOf(DeadJobError);
    expect(error).toMatchObject({
      message: 'probe a died (AttemptsExhausted): Error: attempt 2 failed',
      ...{ type: 'probe', key: 'a', reason: 'AttemptsExhausted' },
      error: { name: 'Error', message: 'attempt 2 failed' },
      state: { status: 'DEAD', attempts: 2, run: 1 },
    });
  });

  it('rejects if the job was cancelled', async () => {
    const { world, waitFor, cancel, pass } = makeDesk();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await cancel(world.definition, 'a');
    await pass(5000);
    expect(waiting.now()).toBeInstanceOf(CancelledJobError);
    expect(waiting.now()).toMatchObject({ message: 'probe a was cancelled', type: 'probe', key: 'a' });
  });

  it('rejects with the time that it missed if the job expired', async () => {
    const { world, waitFor, pass } = makeDesk();
    const startBefore = new Date(world.clock.now()).toISOString();
    world.send({ id: 'a', startBefore });
    await world.deliver();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(0);
    expect(waiting.now()).toBeInstanceOf(ExpiredJobError);
    expect(waiting.now()).toMatchObject({
      message: `probe a expired: it had not begun before ${startBefore}`,
      ...{ type: 'probe', key: 'a', state: { status: 'EXPIRED', attempts: 0, expiredAt: startBefore } },
    });
  });

  it('waits for the job that begins where the retention of one is over', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.send({ id: 'a', payload: { do: 'complete', result: 'old' } });
    await world.deliver();
    world.alter('a', { expiration: world.clock.now() / 1000 });
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(1000);
    expect(waiting.now()).toBe('pending');
    world.send({ id: 'a', payload: { do: 'complete', result: 'new' } });
    await world.deliver();
    await pass(5000);
    expect(waiting.now()).toBe('new');
  });

  it('rejects if it saw the job, and the job is gone', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(1000);
    world.dynamoDb.table(JOBS_TABLE).delete({ id: { S: 'probe#a' } });
    await pass(5000);
    expect(waiting.now()).toBeInstanceOf(GoneJobError);
    expect(waiting.now()).toMatchObject({
      message: 'probe a is gone: it was RETRYING, and then the jobs table had no item of it; was it deleted?',
      state: { status: 'RETRYING' },
    });
  });
});

describe('waitFor ends', () => {
  it('after 15 minutes of a job that nothing is known of, and says what that may mean', async () => {
    const { waitFor, pass } = makeDesk();
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(899_999);
    expect(waiting.now()).toBe('pending');
    await pass(1);
    expect(waiting.now()).toBeInstanceOf(WaitTimeoutError);
    expect(waiting.now()).toMatchObject({
      message:
        'probe a has not ended within 900000 ms: nothing is known of it. It has not begun, was not sent under this key, or the ' +
        'stage has no job type "probe": npx sluice queues probe --stage test tells',
      state: { status: 'unknown' },
    });
  });

  it('in time with how the job stands, and looks no more', async () => {
    const { world, waitFor, pass, looks } = makeDesk();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    const waiting = outcomeOf(waitFor('probe', 'a', { timeoutMs: 2000 }));
    await pass(2000);
    expect(waiting.now()).toMatchObject({
      message: 'probe a has not ended within 2000 ms: it is RETRYING',
      state: { status: 'RETRYING', attempts: 1 },
    });
    const made = looks().length;
    await pass(60_000);
    expect(looks().length).toBe(made);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('with the signal’s reason', async () => {
    const { waitFor, pass, looks } = makeDesk();
    const controller = new AbortController();
    const waiting = outcomeOf(waitFor('probe', 'a', { signal: controller.signal }));
    await pass(1000);
    const made = looks().length;
    const reason = new Error('the request is over');
    controller.abort(reason);
    await pass(0);
    expect(waiting.now()).toBe(reason);
    // Nothing keeps the process alive.
    expect(vi.getTimerCount()).toBe(0);
    await pass(60_000);
    expect(looks().length).toBe(made);
  });

  it('without a look if the signal is aborted before', async () => {
    const { waitFor, pass, looks } = makeDesk();
    const waiting = outcomeOf(waitFor('probe', 'a', { signal: AbortSignal.abort('no') }));
    await pass(60_000);
    expect([waiting.now(), looks()]).toEqual(['no', []]);
  });

  it('while a look has no answer', async () => {
    const { waitFor, pass } = makeDesk({ client: { send: () => new Promise<never>(() => undefined) } });
    const waiting = outcomeOf(waitFor('probe', 'a', { timeoutMs: 5000 }));
    await pass(5000);
    expect(waiting.now()).toBeInstanceOf(WaitTimeoutError);
  });

  it.each([0, -1, 1.5, Number.NaN, 1_209_600_001, '5'])('at once for a timeout of %s', async (timeoutMs) => {
    const { waitFor } = makeDesk();
    await expect(waitFor('probe', 'a', { timeoutMs: timeoutMs as number })).rejects.toThrow(
      new RangeError(`timeoutMs must be a whole number, 1 to 1209600000 (14 days), got ${timeoutMs}`),
    );
  });
});

describe('a look that fails', () => {
  it.each([throttled(), timeout(), awsError('InternalServerError', 'oh', 500)])(
    '(%s) is followed by the next',
    async (error) => {
      const { world, waitFor, pass } = makeDesk();
      world.send({ id: 'a', payload: COMPLETES });
      await world.deliver();
      world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error }, 3);
      const waiting = outcomeOf(waitFor('probe', 'a'));
      await pass(10_000);
      expect(waiting.now()).toEqual({ sent: 3 });
      expect(world.dynamoDb.faults.pending).toBe(0);
    },
  );

  it('to the end is the cause of the timeout', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error: throttled() }, 1000);
    const waiting = outcomeOf(waitFor('probe', 'a', { timeoutMs: 5000 }));
    await pass(5000);
    expect(waiting.now()).toBeInstanceOf(WaitTimeoutError);
    expect(waiting.now()).toMatchObject({ cause: { name: 'JobTableError', code: 'ThrottlingException' } });
  });

  it('for good ends the wait', async () => {
    const { world, waitFor, pass } = makeDesk();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error: awsError('AccessDeniedException', 'no') });
    const waiting = outcomeOf(waitFor('probe', 'a'));
    await pass(0);
    expect(waiting.now()).toBeInstanceOf(JobTableError);
    expect(vi.getTimerCount()).toBe(0);
  });
});
