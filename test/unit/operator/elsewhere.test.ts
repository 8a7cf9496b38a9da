import { describe, expect, test } from 'vitest';
import { doctor, queues, queuesOf, setRunning, typesOf } from '../../../lib/operator/index.ts';
import { makeControlPlane } from '../../support/control-plane.ts';
import { makeWorld } from '../../support/world.ts';
import { stageOf } from './support/stage.ts';

/** A stage whose type consumes a queue of another name. */
function deployed() {
  const world = makeWorld({ queueName: 'uploads' });
  const plane = makeControlPlane('probe', world.clock.now());
  plane.eventSources.set('sluice-test-probe', { state: 'Enabled', next: [], queue: 'uploads' });
  const sleep = (ms: number) => world.clock.advance(ms);
  return { world, plane, stage: { ...stageOf(world, plane.aws), sleep } };
}

describe('a type whose queue has another name', () => {
  test('is found by its dead-letter queue and its event source', async () => {
    const { world, stage } = deployed();
    expect(await typesOf(stage)).toEqual(['probe']);
    expect(await queuesOf(stage, 'probe')).toEqual({
      ...{ type: 'probe', queueUrl: world.queue.url, deadLetterQueueUrl: world.deadLetters.url, isElsewhere: true },
    });
  });

  test('is counted, with the age of that queue’s oldest message', async () => {
    const { world, plane, stage } = deployed();
    for (const id of ['a', 'b']) world.send({ id, payload: { do: 'complete' } });
    plane.ages.set('uploads', [42]);
    const [state] = (await queues(stage)).queues;
    expect(state).toMatchObject({ type: 'probe', depth: 2, state: 'running', oldestSeconds: 42 });
  });

  test('is paused and resumed', async () => {
    const { plane, stage } = deployed();
    expect(await setRunning(stage, 'probe', { running: false })).toMatchObject({ state: 'paused', changed: true });
    expect(plane.eventSources.get('sluice-test-probe')?.state).toBe('Disabled');
    expect(await setRunning(stage, 'probe', { running: true })).toMatchObject({ state: 'running', changed: true });
  });

  test('is not there, if its function has no queue', async () => {
    const { plane, stage } = deployed();
    plane.eventSources.clear();
    await expect(typesOf(stage)).rejects.toThrow('stage "test" is not deployed in this account and region');
    await expect(queuesOf(stage, 'probe')).rejects.toThrow('stage "test" is not deployed');
  });

  test('has its queue looked at by doctor, for what no deploy of the type sets', async () => {
    const { world, stage } = deployed();
    const look = async (more = {}) => {
      const definition = { ...world.definition, ...more };
      const findings = await doctor(stage, { definitions: [definition] });
      return findings.filter(({ check }) => check === 'retention');
    };
    expect(await look()).toEqual([expect.objectContaining({ level: 'ok' })]);
    const todo = `have it set where the queue is made: ${world.queue.url}`;
    const bad = (what: string) => ({ level: 'bad', check: 'retention', what: `the queue of probe ${what}`, todo });
    const { visibilityTimeoutSeconds } = world.queue.settings;
    expect(await look({ timeoutSeconds: 800 })).toEqual([
      bad(`hides a message for ${visibilityTimeoutSeconds} s, its consumer needs ${6 * 815} s`),
    ]);
    expect(await look({ retention: 1 })).toEqual([expect.objectContaining({ level: 'bad' })]);
  });
});

test('a dead-letter queue that a deleted type left behind is no type', async () => {
  const world = makeWorld();
  world.sqs.createQueue('sluice-test-old-dlq', { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
  const plane = makeControlPlane('probe', world.clock.now());
  expect(await typesOf(stageOf(world, plane.aws))).toEqual(['probe']);
});
