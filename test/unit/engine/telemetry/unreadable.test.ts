import { describe, expect, test, vi } from 'vitest';
import { PermanentError, SnoozeError } from '../../../../lib/contract/errors.ts';
import { makeLogger } from '../../../../lib/engine/telemetry/logger.ts';
import { makeMeter } from '../../../../lib/engine/telemetry/metrics.ts';
import { captureOutput, total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

const refuse = () => {
  throw new Error('hands off');
};
const withGetter = (name: string) => Object.defineProperty(new Error('x'), name, { get: refuse });
const inside = (cause: unknown) => new Error('x', { cause });
const traps = { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse };
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  return proxy;
};

/** Each thrown by a handler, or as what is behind something that a handler throws. */
const UNREADABLE: readonly (readonly [string, () => unknown])[] = [
  ['an error whose stack is a list', () => Object.assign(new Error('x'), { stack: [] })],
  ['an error whose stack is an object', () => Object.assign(new Error('x'), { stack: { split: 1 } })],
  ['an error whose stack throws', () => withGetter('stack')],
  ['an error whose cause throws', () => withGetter('cause')],
  ['an error whose name throws', () => withGetter('name')],
  ['an error whose message throws', () => withGetter('message')],
  ['an error whose message is a bigint', () => Object.assign(new Error(), { message: 1n })],
  ['an error whose field throws', () => Object.defineProperty(new Error('x'), 'f', { get: refuse, enumerable: true })],
  ['an error whose errors throw', () => withGetter('errors')],
  ['an error whose toJSON throws', () => Object.assign(new Error('x'), { toJSON: refuse })],
  ['an error that is its own cause', () => Object.assign(withSelf(), {})],
  ['a cause whose stack is a list', () => inside(Object.assign(new Error('y'), { stack: [] }))],
  ['a cause whose message throws', () => inside(withGetter('message'))],
  ['a cause that refuses everything', () => inside(new Proxy(new Error('y'), traps))],
  ['an inner error that refuses everything', () => new AggregateError([new Proxy(new Error('y'), traps)])],
  ['an error that refuses to be read', () => new Proxy(new Error('x'), { get: refuse })],
  ['an error that refuses everything', () => new Proxy(new Error('x'), traps)],
  ['an object that refuses everything', () => new Proxy({}, traps)],
  ['a function that refuses everything', () => new Proxy(() => undefined, traps)],
  ['a revoked proxy', revoked],
];

function withSelf(): Error {
  const error = new Error('x');
  error.cause = error;
  return error;
}

describe('a job that throws something unreadable', () => {
  test.each(UNREADABLE)('is retried after its delay, counted and logged: %s', async (_what, make) => {
    const world = makeWorld({
      perform: (_, { job }) => {
        if (job.attempts === 1) throw make();
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    const { status, dueAt, error } = world.job('a') ?? {};
    expect([status, dueAt]).toEqual(['RETRYING', world.clock.now() + 1000]);
    expect([typeof error?.name, typeof error?.message]).toEqual(['string', 'string']);
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 1000);
    expect(['JobsFailed', 'JobsRetried'].map((name) => total(world.output, name))).toEqual([1, 1]);
    expect(world.output.events()).toEqual(['job.started', 'job.failed', 'job.retrying']);
    await world.drain(1);
    expect(world.job('a')?.status).toBe('COMPLETED');
  });

  test.each(UNREADABLE)('is dead-lettered at its last attempt: %s', async (_what, make) => {
    const world = makeWorld({
      definition: defineProbe({ retry: { maxAttempts: 1 } }),
      perform: () => {
        throw make();
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'AttemptsExhausted' });
    expect(world.job('a')).not.toHaveProperty('undelivered');
    expect([world.deadLetters.messages().length, world.queue.messages().length]).toEqual([1, 0]);
    expect(['JobsFailed', 'JobsDeadLettered'].map((name) => total(world.output, name))).toEqual([1, 1]);
    expect(world.output.events()).toEqual(['job.started', 'job.failed', 'job.dead']);
  });

  test.each(UNREADABLE)(
    'is dead at once with a PermanentError, snoozed with a SnoozeError: %s',
    async (_what, make) => {
      const world = makeWorld({
        perform: (_, { job }) => {
          throw Object.defineProperty(
            job.key === 'dead' ? new PermanentError('x') : new SnoozeError(5),
            'cause',
            Object.is(job.key, 'dead') ? { value: make() } : { get: () => make() },
          );
        },
      });
      world.send({ id: 'dead' });
      world.send({ id: 'snoozed' });
      await world.deliver();
      expect(world.job('dead')).toMatchObject({
        status: 'DEAD',
        reason: 'PermanentError',
        error: { name: 'PermanentError' },
      });
      expect(world.job('snoozed')).toMatchObject({ status: 'RETRYING', dueAt: world.clock.now() + 5000, attempts: 0 });
      expect(world.deadLetters.messages()).toHaveLength(1);
    },
  );

  test('is dead when its result cannot even be refused readably', async () => {
    const world = makeWorld({
      perform: () => ({
        toJSON: () => {
          throw new Proxy(new Error('x'), traps);
        },
      }),
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({
      status: 'DEAD',
      reason: 'PermanentError',
      error: { name: 'JobResultError' },
    });
  });

  test('is retried by policy if its own delay cannot be read or is none', async () => {
    const delays = [{ get: refuse }, { value: Number.NaN }, { value: '5' }, { value: -1 }, { value: 1e9 }];
    const world = makeWorld({
      perform: (_, { job }) => {
        throw Object.defineProperty(new SnoozeError(5), 'delaySeconds', delays[Number(job.key)] ?? {});
      },
    });
    for (const i of delays.keys()) world.send({ id: String(i) });
    await world.deliver();
    for (const i of delays.keys())
      expect(world.job(String(i))).toMatchObject({ status: 'RETRYING', dueAt: world.clock.now() + 1000, attempts: 1 });
  });
});

describe('what is reported of an error', () => {
  test('is what could be read of it', async () => {
    const perform = () => {
      throw Object.assign(Object.defineProperty(new TypeError('bad'), 'stack', { get: refuse }), {
        cause: inside('y'),
      });
    };
    const world = makeWorld({ perform });
    world.send({ id: 'a' });
    await world.deliver();
    const [failed] = world.output.logs().filter(({ message }) => message === 'job.failed');
    expect(failed).toMatchObject({
      ...{ errorName: 'TypeError', errorMessage: 'bad: x' },
      error: { name: 'TypeError', message: 'bad', stack: 'TypeError: bad', cause: { name: 'Error', message: 'x' } },
    });
  });
});

describe('a handler’s own line', () => {
  test.each(UNREADABLE)('throws nothing, whatever it is given: %s', (_what, make) => {
    const output = captureOutput();
    const log = makeLogger('sluice-probe').createChild({ persistentLogAttributes: { jobId: 'a' } });
    log.error('half way', { error: make() as Error });
    log.error('half way', make() as Error);
    const lines = output.logs();
    expect(lines.map(({ message, jobId }) => [message, jobId])).toEqual([
      ['half way', 'a'],
      ['half way', 'a'],
    ]);
  });
});

describe('a meter', () => {
  test('leaves out what is no number, and throws nothing if its lines cannot be written', () => {
    const output = captureOutput();
    const meter = makeMeter({ stage: 'test', jobType: 'probe' });
    meter.milliseconds('QueueLatency', Number.NaN);
    meter.milliseconds('QueueLatency', 5);
    meter.count('JobsCompleted');
    meter.flush();
    expect([total(output, 'QueueLatency'), total(output, 'JobsCompleted')]).toEqual([5, 1]);
    const broken = vi.spyOn(JSON, 'stringify').mockImplementation(refuse);
    meter.count('JobsCompleted');
    expect(() => meter.flush()).not.toThrow();
    broken.mockRestore();
    meter.count('JobsFailed');
    meter.flush();
    expect([total(output, 'JobsFailed')]).toEqual([1]);
  });
});
