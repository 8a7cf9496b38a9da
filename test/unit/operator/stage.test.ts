import { describe, expect, test } from 'vitest';
import { onStage, pause, queuesOf, typesOf } from '../../../lib/operator/index.ts';
import { isMissing } from '../../../lib/operator/stage.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { makeWorld } from '../../support/world.ts';
import { stageOf } from './support/stage.ts';

const QUEUE = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 };

/** A world with more queues, as other stages and programs have them. */
function crowded(...names: string[]) {
  const world = makeWorld();
  for (const name of names) world.sqs.createQueue(name, QUEUE);
  return { world, stage: stageOf(world) };
}

describe('the types of a stage', () => {
  test('are read from its queues’ names, sorted, without what is no queue of jobs', async () => {
    const { stage } = crowded(
      ...['sluice-test-alpha', 'sluice-test-alpha-dlq', 'sluice-test-zeta', 'sluice-test-zeta-high'],
      ...['sluice-test-zeta-low', 'sluice-test2-other', 'sluice-test-Upper', 'other-test-x', 'sluice-test-'],
    );
    expect(await typesOf(stage)).toEqual(['alpha', 'probe', 'zeta']);
  });

  test('are asked for by the stage’s prefix; all stages only where it is not there', async () => {
    const { world, stage } = crowded('sluice-dev-probe');
    const prefixes = () =>
      world.sqs.calls
        .filter(({ name }) => name === 'ListQueues')
        .map(({ input }) => (input as { QueueNamePrefix?: string }).QueueNamePrefix);
    await typesOf(stage);
    expect(prefixes()).toEqual(['sluice-test-']);
    await expect(typesOf({ ...stage, name: 'prod' })).rejects.toThrow();
    expect(prefixes()).toEqual(['sluice-test-', 'sluice-prod-', 'sluice-']);
    await expect(queuesOf(stage, 'none')).rejects.toThrow();
    expect(prefixes().at(-1)).toBe('sluice-');
  });

  test('of a stage that is not there are refused; the error names those that are', async () => {
    const { stage } = crowded('sluice-dev-probe');
    await expect(typesOf({ ...stage, name: 'prod' })).rejects.toThrow(
      'stage "prod" is not deployed in this account and region; stages there: ',
    );
    await expect(typesOf({ ...stage, name: 'prod' })).rejects.toThrow(/stages there: (dev, test|test, dev)$/);
  });

  test('without any stage name the options to check', async () => {
    const world = makeWorld();
    world.sqs.client.send = (async () => ({})) as never;
    await expect(typesOf(stageOf(world))).rejects.toThrow(
      'no stage of Sluice is deployed in this account and region (check --region and --profile)',
    );
  });

  test('are read page by page', async () => {
    const world = makeWorld();
    const pages = [['q/sluice-test-a'], ['q/sluice-test-b'], ['q/sluice-test-c']];
    const tokens: (string | undefined)[] = [];
    world.sqs.client.send = (async ({ input }: { input: { NextToken?: string } }) => {
      tokens.push(input.NextToken);
      const n = Number(input.NextToken ?? 0);
      return { QueueUrls: pages[n], ...(n < 2 && { NextToken: String(n + 1) }) };
    }) as never;
    expect(await typesOf(stageOf(world))).toEqual(['a', 'b', 'c']);
    expect(tokens).toEqual([undefined, '1', '2']);
  });
});

describe('the queues of a type', () => {
  test('are found by their names', async () => {
    const { world, stage } = crowded();
    expect(await queuesOf(stage, 'probe')).toEqual({
      ...{ type: 'probe', queueUrl: world.queue.url, deadLetterQueueUrl: world.deadLetters.url },
    });
  });

  test('that lack their dead-letter queue are reported as a resource that is gone', async () => {
    const { stage } = crowded('sluice-test-half');
    await expect(queuesOf(stage, 'half')).rejects.toThrow(
      'a resource of job type "half" in stage "test" is gone: was a stack deleted meanwhile? npx sluice doctor --stage test shows what is left',
    );
  });

  test('of an unknown type name those that exist', async () => {
    const { stage } = crowded('sluice-test-alpha');
    await expect(queuesOf(stage, 'omega')).rejects.toThrow(
      'stage "test" has no job type "omega"; it has: alpha, probe',
    );
    await expect(queuesOf(stage, 'prob')).rejects.toThrow('stage "test" has no job type "prob"; did you mean "probe"?');
  });

  test('that SQS refuses to name fail as SQS said', async () => {
    const { world, stage } = crowded();
    const error = awsError('AccessDenied', 'no', 403);
    world.sqs.faults.plan('GetQueueUrl', { kind: 'fails', error });
    await expect(queuesOf(stage, 'probe')).rejects.toBe(error);
  });
});

describe('work on a stage', () => {
  const gone = awsError('ResourceNotFoundException', 'gone');

  test('whose resource is missing fails with what is missing, and its cause', async () => {
    const { stage } = crowded();
    const failing = onStage(stage, undefined, () => Promise.reject(gone));
    await expect(failing).rejects.toThrow('a resource in stage "test" is gone');
    await expect(failing).rejects.toMatchObject({ name: 'NoSuchTypeError', cause: gone });
    const elsewhere = onStage({ ...stage, name: 'prod' }, 'probe', () => Promise.reject(gone));
    await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchStageError', cause: gone });
    await expect(onStage(stage, 'omega', () => Promise.reject(gone))).rejects.toMatchObject({
      ...{ name: 'NoSuchTypeError', cause: gone, message: expect.stringMatching(/no job type "omega"/) },
    });
  });

  test('asks whether it is deployed, if the queues cannot be listed', async () => {
    const { world, stage } = crowded();
    world.sqs.faults.plan('ListQueues', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    const failing = onStage(stage, undefined, () => Promise.reject(gone));
    await expect(failing).rejects.toThrow('stage "test" lacks a resource that the command needs; is it deployed here?');
    await expect(failing).rejects.toMatchObject({ cause: gone });
  });

  test('that fails otherwise fails as it did, and what it returns is returned', async () => {
    const { stage } = crowded();
    const error = new Error('other');
    await expect(onStage(stage, 'probe', () => Promise.reject(error))).rejects.toBe(error);
    expect(await onStage(stage, 'probe', async () => 7)).toBe(7);
  });
});

test.each([
  ['QueueDoesNotExist', true],
  ['AWS.SimpleQueueService.NonExistentQueue', true],
  ['ResourceNotFoundException', true],
  ['AccessDenied', false],
])('an error named %s means that something is missing: %s', (name, missing) => {
  expect(isMissing({ name })).toBe(missing);
});

test('what has no name means nothing', () => {
  for (const odd of [undefined, null, 'ResourceNotFoundException', { name: 7 }]) expect(isMissing(odd)).toBe(false);
});

test('a pause ends with its time, or with its signal', async () => {
  const controller = new AbortController();
  const paused = pause({}, 60_000, controller.signal);
  controller.abort();
  await paused;
  await pause({}, 1);
});
