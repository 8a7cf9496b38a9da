import { describe, expect, test } from 'vitest';
import { iso } from '../../lib/contract/begin.ts';
import { makeMeter } from '../../lib/engine/metrics.ts';
import { captureOutput, type Line, total, values } from '../support/output.ts';
import { defineProbe } from '../support/probe.ts';
import { makeWorld, type World } from '../support/world.ts';

interface Emf {
  readonly CloudWatchMetrics: {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string; Unit: string }[];
  }[];
}
const directives = (blob: Line) => (blob._aws as Emf).CloudWatchMetrics;

/** CloudWatch would see exactly the contract's dimension sets. */
function expectSets(blobs: Line[], sets: string[][]): void {
  expect(blobs.length).toBeGreaterThan(0);
  for (const blob of blobs) {
    for (const { Namespace, Dimensions } of directives(blob)) {
      expect(Namespace).toBe('Sluice');
      expect([...Dimensions].sort((a, b) => b.length - a.length)).toEqual(sets);
    }
    expect(blob).not.toHaveProperty('service');
  }
}

describe('metrics', () => {
  test('a batch of 250 jobs keeps exactly the dimension sets [JobType] and [] in every blob', async () => {
    const world = makeWorld({ definition: defineProbe({ batchSize: 250, batchWindowSeconds: 1 }) });
    for (let i = 0; i < 250; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(world.starts).toHaveLength(250);
    expectSets(world.output.blobs(), [['JobType'], []]);
    for (const blob of world.output.blobs()) expect(blob.JobType).toBe('probe');
    expect(total(world.output, 'JobsCompleted')).toBe(250);
    expect(values(world.output, 'JobDuration')).toHaveLength(250);
    expect(values(world.output, 'QueueLatency')).toHaveLength(250);
    for (const blob of world.output.blobs()) {
      expect((blob.JobDuration as unknown[]).length).toBeLessThan(100);
    }
  });

  test('carry their units', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    const units = world.output
      .blobs()
      .flatMap(directives)
      .flatMap(({ Metrics }) => Metrics.map(({ Name, Unit }) => [Name, Unit]));
    expect(Object.fromEntries(units)).toEqual({
      JobsCompleted: 'Count',
      JobDuration: 'Milliseconds',
      QueueLatency: 'Milliseconds',
    });
  });

  test('duration and queue latency are what the job took and waited', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 3 } });
    await world.clock.advance(7000);
    await world.deliver();
    expect(values(world.output, 'JobDuration')).toEqual([3000]);
    expect(values(world.output, 'QueueLatency')).toEqual([7000]);
  });

  test('the latency of a delayed job counts from its runAt', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 30_000) });
    await world.clock.advance(32_000);
    await world.deliver();
    expect(values(world.output, 'QueueLatency')).toEqual([2000]);
  });

  test('a retry has no queue latency of its own, a released job counts from its due time', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.drain(10);
    expect(world.starts).toEqual(['a/1', 'a/2']);
    expect(values(world.output, 'QueueLatency')).toEqual([0]);
    world.send({ id: 'b', runAt: iso(world.clock.now() + 120_000) });
    await world.deliver();
    await world.clock.advance(120_000);
    await world.tick();
    await world.clock.advance(4000);
    await world.deliver();
    expect(values(world.output, 'QueueLatency')).toEqual([0, 4000]);
  });

  test('an invocation without anything to count writes no blob', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 600_000) });
    await world.deliver();
    expect(world.output.blobs()).toEqual([]);
  });

  test('the dispatcher’s lateness is in [] only, and 0 is a value', () => {
    const output = captureOutput();
    const meter = makeMeter();
    meter.milliseconds('RetryLateness', 0);
    meter.flush();
    expectSets(output.blobs(), [[]]);
    expect(values(output, 'RetryLateness')).toEqual([0]);
  });
});

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

  test('every line about a job names it, its type and its attempt', async () => {
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

  test('a handler’s own lines carry job, type and attempt', async () => {
    const world = makeWorld({ perform: (_, { log }) => log.info('half way') });
    world.send({ id: 'a' });
    await world.deliver();
    const own = world.output.logs().find(({ message }) => message === 'half way');
    expect(own).toMatchObject({ jobId: 'a', jobType: 'probe', attempt: 1 });
  });

  test('a death says its reason, at level ERROR', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    world.send('{', { attributes: { jobId: 'b' } });
    await world.deliver();
    const dead = world.output.logs().filter(({ message }) => message === 'job.dead');
    expect(dead).toHaveLength(2);
    expect(dead).toContainEqual(expect.objectContaining({ level: 'ERROR', jobId: 'a', reason: 'PermanentError' }));
    expect(dead).toContainEqual(expect.objectContaining({ level: 'ERROR', jobId: 'b', reason: 'InvalidMessage' }));
  });
});
