import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { makeMeter } from '../../../../lib/engine/telemetry/metrics.ts';
import { captureOutput, type Line, total, values } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

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
  test('have exactly the dimension sets [Stage, JobType] and [Stage] in every blob of a batch of 250 jobs', async () => {
    const world = makeWorld({ definition: defineProbe({ batchSize: 250, batchWindowSeconds: 1 }) });
    for (let i = 0; i < 250; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(world.starts).toHaveLength(250);
    expectSets(world.output.blobs(), [['Stage', 'JobType'], ['Stage']]);
    for (const blob of world.output.blobs()) expect(blob).toMatchObject({ Stage: 'test', JobType: 'probe' });
    expect(total(world.output, 'JobsCompleted')).toBe(250);
    expect(values(world.output, 'JobDuration')).toHaveLength(250);
    expect(values(world.output, 'QueueLatency')).toHaveLength(250);
    for (const blob of world.output.blobs()) {
      expect((blob.JobDuration as unknown[]).length).toBeLessThan(100);
    }
  });

  test('bring no line of their own beside them', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const world = makeWorld();
    for (const id of ['a', 'b']) {
      world.send({ id });
      await world.deliver();
    }
    const dispatcher = makeMeter({ stage: 'test' });
    dispatcher.milliseconds('RetryLateness', 0);
    dispatcher.flush();
    expect(warn.mock.calls).toEqual([]);
    expect(
      world.output
        .text()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('{')),
    ).toEqual([]);
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

  test('measure duration and queue latency as what the job took and waited', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 3 } });
    await world.clock.advance(7000);
    await world.deliver();
    expect(values(world.output, 'JobDuration')).toEqual([3000]);
    expect(values(world.output, 'QueueLatency')).toEqual([7000]);
  });

  test('measure the latency of a delayed job from its runAt', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 30_000) });
    await world.clock.advance(32_000);
    await world.deliver();
    expect(values(world.output, 'QueueLatency')).toEqual([2000]);
  });

  test('measure no queue latency of a retry, and that of a released job from its due time', async () => {
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

  test('are not written by an invocation without anything to count', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 600_000) });
    await world.deliver();
    expect(world.output.blobs()).toEqual([]);
  });

  test('hold the dispatcher’s lateness in [Stage] only, where 0 is a value', () => {
    const output = captureOutput();
    const meter = makeMeter({ stage: 'test' });
    meter.milliseconds('RetryLateness', 0);
    meter.flush();
    expectSets(output.blobs(), [['Stage']]);
    expect(values(output, 'RetryLateness')).toEqual([0]);
  });
});
