import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { deadLetterAttributes } from '../../../../lib/engine/message/dead-letter.ts';
import { checkMessage } from '../../../../lib/testing/aws/sqs/limits.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { envelope } from '../../../support/factories.ts';
import { makeWorld } from '../../../support/world.ts';

const MIB = 1_048_576;

describe('a dead letter', () => {
  test('has the body byte for byte, its group and trace, and the reason in its attributes', async () => {
    const world = makeWorld();
    const body = ` ${envelope({ id: 'a', payload: { do: 'permanent', filler: 'Grüße \u{1f600}' } })}\n`;
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    world.send(body, { group: 'tenant-1', trace });
    await world.deliver();
    const [deadLetter] = world.deadLetters.messages();
    expect(deadLetter).toMatchObject({ body, group: 'tenant-1', trace });
    const values = Object.fromEntries(
      Object.entries(deadLetter?.attributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    );
    expect(values).toEqual({
      sluice: '{"id":"a","run":1,"type":"probe"}',
      jobId: 'a',
      jobType: 'probe',
      run: '1',
      reason: 'PermanentError',
      attempts: '1',
      failedAt: world.job('a')?.failedAt,
      errorName: 'PermanentError',
      errorMessage: 'it can never succeed',
    });
  });

  test('is sent for an error without a message and for one with control characters', async () => {
    const messages = ['', 'bell \u0007 and null \u0000'];
    const world = makeWorld({
      perform: (_, { job }) => {
        throw new Error(messages[Number(job.id)]);
      },
    });
    for (const id of ['0', '1']) world.send({ id, maxAttempts: 1 });
    await world.deliver();
    const deadLetters = world.deadLetters.messages();
    expect(deadLetters).toHaveLength(2);
    expect(deadLetters[0]?.attributes).not.toHaveProperty('errorMessage');
    expect(deadLetters[1]?.attributes.errorMessage?.StringValue).toBe('bell \ufffd and null \ufffd');
  });

  test('is sent without attributes if its body is a whole MiB', async () => {
    const world = makeWorld();
    const body = 'x'.repeat(MIB);
    world.send(body, { attributes: {} });
    await world.deliver();
    expect(world.deadLetters.messages()).toMatchObject([{ body, attributes: {} }]);
    expect(world.queue.messages()).toEqual([]);
  });

  test('is marked as delivered only if the run is still the same', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    const marks = ({ input }: { input: unknown }) => JSON.stringify(input).includes('REMOVE \\"undelivered\\"');
    const happens = () => world.alter('a', { runNo: 2 });
    world.dynamoDb.faults.plan(marks, { kind: 'meanwhile', happens });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ runNo: 2, undelivered: true });
  });

  test('is sent late if SQS refuses it at first, and is one dead job in the log', async () => {
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

const text = fc.string({ unit: 'binary', maxLength: 512 });

describe('the attributes of a dead letter', () => {
  test('leave out a value of nothing but space', () => {
    const attributes = deadLetterAttributes({ ...DEAD, error: { name: ' \t', message: '\n ' } }, 0);
    expect(Object.keys(attributes)).toEqual(['sluice', 'jobId', 'jobType', 'run', 'reason', 'attempts', 'failedAt']);
  });

  test('end at the first that does not fit, though a later one would', () => {
    const own = 'sluice{"id":"a","run":1,"type":"probe"}String'.length;
    // `run` is shorter than `jobType` and would still fit.
    const attributes = deadLetterAttributes(DEAD, MIB - own - 'jobIdaString'.length - 'run1String'.length);
    expect(Object.keys(attributes)).toEqual(['sluice', 'jobId']);
  });

  test('are accepted by SQS for any error and any size of body', () => {
    const bodies = fc.oneof(fc.integer({ min: 1, max: MIB }), fc.integer({ min: MIB - 2000, max: MIB }));
    void fc.assert(
      fc.property(text, text, bodies, (name, message, bodyBytes) => {
        const item = { ...DEAD, error: { name, message } };
        const MessageAttributes = deadLetterAttributes(item, bodyBytes);
        checkMessage({ MessageBody: 'x'.repeat(bodyBytes), MessageAttributes });
      }),
      { numRuns: 200 },
    );
  });

  test('are left out from the least important on', () => {
    const all = Object.keys(deadLetterAttributes(DEAD, 1));
    const ours = ['sluice', 'jobId', 'jobType', 'run', 'reason', 'attempts', 'failedAt', 'errorName', 'errorMessage'];
    expect(all).toEqual(ours);
    const seen = new Set<number>();
    for (let bodyBytes = MIB - 400; bodyBytes <= MIB; bodyBytes++) {
      const names = Object.keys(deadLetterAttributes(DEAD, bodyBytes));
      expect(names).toEqual(all.slice(0, names.length));
      seen.add(names.length);
    }
    expect([...seen]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });
});

const DEAD: JobItem = {
  ...{ id: 'probe#a', jobId: 'a', type: 'probe', status: 'DEAD', attempts: 5, maxAttempts: 5, bodyHash: 'hash' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', failedAt: '2026-01-01T00:00:09.000Z', reason: 'AttemptsExhausted' },
  ...{ checkpointNo: 0, runNo: 1, snoozes: 0, snoozesInRow: 0, expiration: 0 },
  error: { name: 'Error', message: 'of no use' },
};
