import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { deadLetterAttributes } from '../../../../lib/engine/message/dead-letter.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { makeWorld } from '../../../support/world.ts';

describe('the attributes of a dead letter', () => {
  const MIB = 1_048_576;
  const item = (change: Partial<JobItem>): JobItem => ({
    ...{ id: 'probe#a', jobId: 'a', type: 'probe', status: 'DEAD', attempts: 1, maxAttempts: 1, runNo: 1 },
    ...{ createdAt: '', checkpointNo: 0, bodyHash: '', snoozes: 0, snoozesInRow: 0, expiration: 0 },
    reason: 'PermanentError',
    ...change,
  });

  test('leave out a value that is nothing but space', () => {
    const attributes = deadLetterAttributes(item({ error: { name: ' \t', message: '\n ' } }), 0);
    expect(Object.keys(attributes)).toEqual(['jobId', 'jobType', 'run', 'reason', 'attempts']);
  });

  test('end at the first that does not fit: none is kept before a more important one', () => {
    const jobIdBytes = 'jobId'.length + 'a'.length + 'String'.length;
    // `run` is shorter than `jobType` and would still fit.
    const attributes = deadLetterAttributes(item({}), MIB - jobIdBytes - 'run1String'.length);
    expect(Object.keys(attributes)).toEqual(['jobId']);
  });
});

describe('a death that is delivered late', () => {
  test('is one death in the log', async () => {
    const world = makeWorld();
    const error = awsError('AccessDenied', '', 403);
    world.sqs.faults.plan('SendMessage', { kind: 'fails', error }, 2);
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain(3600);
    expect(world.deadLetters.messages()).toHaveLength(1);
    const events = world.output.events();
    expect(events.filter((event) => event === 'job.dead-letter-failed')).toHaveLength(2);
    expect(events.filter((event) => event === 'job.dead')).toHaveLength(1);
  });
});
