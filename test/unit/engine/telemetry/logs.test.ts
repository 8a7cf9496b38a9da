import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

describe('logs', () => {
  async function everything(): Promise<World> {
    const world = makeWorld();
    const secret = 'correct-horse-battery-staple';
    world.send({ id: 'stalled', payload: { do: 'complete', secret } });
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    await world.clock.advance(600_000);
    const behaviours = ['complete', 'fail', 'permanent', 'snooze', 'retryAfter', 'commit', 'checkpoint'];
    for (const behaviour of behaviours) {
      world.send({ id: behaviour, payload: { do: behaviour, seconds: 100, times: 1, secret } });
      world.send({ id: behaviour, payload: { do: behaviour, seconds: 100, times: 1, secret } });
    }
    world.send(`{"id":"bad-payload","payload":{"do":"${secret}"}}`);
    world.send(`{"id":"not-json","payload":"${secret}"`, { attributes: { jobId: 'not-json' } });
    world.send({ payload: { do: 'fail', secret } });
    world.send({ id: 'later', runAt: iso(world.clock.now() + 600_000), payload: { do: 'complete', secret } });
    await world.drain(3600);
    await world.clock.advance(600_000);
    await world.tick();
    await world.drain(3600);
    return world;
  }

  test('carry the event names, and never a payload', async () => {
    const world = await everything();
    const events = new Set(world.output.events());
    const expected = [
      'started',
      'completed',
      'failed',
      'retrying',
      'parked',
      'snoozed',
      'dead',
      'duplicate',
      'renewed',
      'stalled',
      'scheduled',
    ];
    for (const event of expected) expect(events).toContain(`job.${event}`);
    expect(world.output.text()).not.toContain('correct-horse-battery-staple');
  });

  test('show an error’s name, message, stack and causes, and no other property', async () => {
    const secret = 'correct-horse-battery-staple';
    const perform = () => {
      const cause = Object.assign(new TypeError('refused'), { body: { secret } });
      throw Object.assign(new RangeError('no answer', { cause }), { request: { secret }, raw: secret });
    };
    const world = makeWorld({ perform });
    world.send({ id: 'a', payload: { do: 'complete' } });
    await world.deliver();
    const failed = world.output.logs().find(({ message }) => message === 'job.failed');
    expect(failed?.error).toMatchObject({
      name: 'RangeError',
      message: 'no answer',
      stack: expect.anything(),
      cause: { name: 'TypeError', message: 'refused' },
    });
    expect(world.output.text()).not.toContain(secret);
  });

  test('name the job, its type and its attempt in every line about it', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.drain(10);
    const lines = world.output.logs();
    expect(lines.map(({ message, attempt }) => [message, attempt])).toEqual([
      ['job.started', 1],
      ['job.failed', 1],
      ['job.retrying', 1],
      ['job.started', 2],
      ['job.completed', 2],
    ]);
    for (const line of lines) expect(line).toMatchObject({ jobId: 'a', jobType: 'probe', maxAttempts: 5 });
    expect(lines[1]).toMatchObject({ errorName: 'Error', errorMessage: 'attempt 1 failed', level: 'WARN' });
    expect(lines[2]).toMatchObject({ delayMs: 1000 });
  });

  test('name job, type and attempt in a handler’s own lines', async () => {
    const world = makeWorld({ perform: (_, { log }) => log.info('half way') });
    world.send({ id: 'a' });
    await world.deliver();
    const own = world.output.logs().find(({ message }) => message === 'half way');
    expect(own).toMatchObject({ jobId: 'a', jobType: 'probe', attempt: 1 });
  });

  test('show the reason of a dead job, at level ERROR', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    world.send('{', { attributes: { sluice: '{"id":"b"}' } });
    await world.deliver();
    const dead = world.output.logs().filter(({ message }) => message === 'job.dead');
    expect(dead).toHaveLength(2);
    expect(dead).toContainEqual(expect.objectContaining({ level: 'ERROR', jobId: 'a', reason: 'PermanentError' }));
    expect(dead).toContainEqual(expect.objectContaining({ level: 'ERROR', jobId: 'b', reason: 'InvalidMessage' }));
  });

  test('carry with each event what applies to it: attempt, duration, delay, error, tenant', async () => {
    const world = makeWorld();
    const tenant = { group: 'acme' };
    world.send({ id: 'stalled' }, tenant);
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    await world.clock.advance(600_000);
    for (const behaviour of ['complete', 'fail', 'permanent', 'snooze', 'retryAfter']) {
      world.send({ id: behaviour, payload: { do: behaviour, seconds: 100, times: 1 } }, tenant);
    }
    world.send({ id: 'later', runAt: iso(world.clock.now() + 600_000) }, tenant);
    world.send({ id: 'complete' }, tenant);
    world.send({ payload: { do: 'fail' }, maxAttempts: 2 }, tenant);
    await world.drain(10);
    const common = { jobId: expect.any(String), jobType: 'probe', tenant: 'acme' };
    const ran = { ...common, attempt: expect.any(Number), maxAttempts: expect.any(Number) };
    const failed = { ...ran, durationMs: 0, errorName: expect.any(String), errorMessage: expect.any(String) };
    const expected = {
      'job.stalled': ran,
      'job.started': ran,
      'job.completed': { ...ran, durationMs: 0 },
      'job.failed': failed,
      'job.retrying': { ...failed, delayMs: 1000 },
      'job.parked': { ...failed, delayMs: 100_000 },
      'job.snoozed': { ...failed, delayMs: 100_000 },
      'job.dead': { ...failed, reason: expect.any(String) },
      'job.duplicate': { ...common, attempt: 1 },
      'job.scheduled': { ...common, attempt: 0, delayMs: 600_000 },
      'job.renewed': { ...common, receiveCount: 1, delayMs: 1000 },
    };
    for (const [event, fields] of Object.entries(expected)) {
      const lines = world.output.logs().filter(({ message }) => message === event);
      expect(lines.length, event).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatchObject(fields);
    }
  });

  test('leave out only the lines of successful attempts if a definition says logs: failures', async () => {
    const world = makeWorld({ definition: defineProbe({ logs: 'failures' }) });
    world.send({ id: 'a' });
    world.send({ id: 'b', payload: { do: 'fail', times: 1 } });
    world.send({ id: 'c', payload: { do: 'permanent' } });
    await world.drain(10);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
    expect(world.output.events()).toEqual(['job.failed', 'job.retrying', 'job.failed', 'job.dead']);
    expect(total(world.output, 'JobsCompleted')).toBe(2);
  });

  test('show that a job was cancelled while it ran', async () => {
    const world = makeWorld({
      perform: (_, { job }) => {
        world.alter(job.key, { cancelRequested: true });
        throw new Error('too late');
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'CANCELLED' });
    const [line] = world.output.logs().filter(({ message }) => message === 'job.cancelled');
    expect(line).toMatchObject({ jobId: 'a', jobType: 'probe', attempt: 1 });
  });
});
