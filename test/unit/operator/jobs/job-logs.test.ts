import { SourceMap } from 'node:module';
import { describe, expect, test } from 'vitest';
import { job, jobLogs } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const GROUP = '/aws/lambda/sluice-test-probe';
const BUNDLE = 'sluice-test-probe-0123456789abcdef.mjs';
/** Its second line is line 12 of the user's file. */
const MAP = { version: 3, sources: ['source:///functions/probe/perform.ts'], names: [], mappings: ';AAWM' };
const mapOf = (name: string) => (name === BUNDLE ? new SourceMap(MAP as never) : undefined);
const STACK = `Error: no\n    at perform (${BUNDLE}:2:1)`;
const PLACE = 'functions/probe/perform.ts:12:7';

/** A stage whose probe has logged these lines, one each second, in pages of two. */
function logged(...lines: unknown[]) {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  const events = lines.map((line, i) => ({
    timestamp: 1000 * i,
    message: typeof line === 'string' ? line : JSON.stringify(line),
  }));
  plane.logs.set(GROUP, events);
  return { world, plane, stage: stageOf(world, plane.aws) };
}

const line = (n: number, fields: object = {}) => ({ jobId: 'a', n, ...fields });
const numbers = (lines: readonly { fields: { n?: unknown } }[]) => lines.map(({ fields: { n } }) => n);

describe('the log lines of a job', () => {
  test('are those that carry its id, of every page', async () => {
    const { stage, plane } = logged(
      ...['START x', '', 'null', '3', '"a"', '[]', { n: 0 }, line(1), { jobId: 'b', n: 2 }, line(3), line(4)],
    );
    const lines = await jobLogs(stage, 'probe', { jobId: 'a' });
    expect(lines[0]).toEqual({ at: '1970-01-01T00:00:07.000Z', fields: line(1) });
    expect(numbers(lines)).toEqual([1, 3, 4]);
    const inputs = plane.calls.map(({ input }) => input);
    expect(inputs[0]).toEqual({ logGroupName: GROUP, filterPattern: '{ $.jobId = "a" }' });
    expect(inputs).toHaveLength(6);
    expect(inputs[5]).toEqual({ ...(inputs[0] as object), nextToken: '10' });
  });

  test('are sorted by their own times', async () => {
    const times = ['2026-01-01T00:00:02Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:03Z'];
    const { stage } = logged(...times.map((timestamp, n) => line(n, { timestamp })));
    const lines = await jobLogs(stage, 'probe', { jobId: 'a' });
    expect(numbers(lines)).toEqual([1, 0, 2]);
    expect(lines[0]?.at).toBe('2026-01-01T00:00:01Z');
  });

  test('are read up to a limit, and no page after it', async () => {
    const { stage, plane } = logged(line(0), line(1), line(2), line(3), line(4));
    expect(numbers(await jobLogs(stage, 'probe', { jobId: 'a', limit: 2 }))).toEqual([0, 1]);
    expect(plane.calls).toHaveLength(1);
    expect(numbers(await jobLogs(stage, 'probe', { jobId: 'a', limit: 3 }))).toEqual([0, 1, 2]);
  });

  test('are a thousand, unless told', async () => {
    const { stage } = logged(...Array.from({ length: 1002 }, (_, n) => line(n)));
    expect(await jobLogs(stage, 'probe', { jobId: 'a' })).toHaveLength(1000);
  });

  test('are read since a time', async () => {
    const { stage, plane } = logged(line(0), line(1), line(2));
    expect(numbers(await jobLogs(stage, 'probe', { jobId: 'a', sinceMs: 1000 }))).toEqual([1, 2]);
    expect(plane.calls[0]?.input).toMatchObject({ startTime: 1000 });
  });

  test('are read until a time, which is left out', async () => {
    const { stage, plane } = logged(line(0), line(1), line(2));
    expect(numbers(await jobLogs(stage, 'probe', { jobId: 'a', untilMs: 2000 }))).toEqual([0, 1]);
    expect(plane.calls[0]?.input).toMatchObject({ endTime: 1999 });
  });

  test('of one time stay in the order that they came in', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => line(n, { timestamp: `2026-01-01T00:00:0${n % 2}Z` }));
    const { stage } = logged(...lines);
    const even = Array.from({ length: 30 }, (_, n) => 2 * n);
    expect(numbers(await jobLogs(stage, 'probe', { jobId: 'a' }))).toEqual([...even, ...even.map((n) => n + 1)]);
  });

  test('are not read once that is aborted', async () => {
    const { stage, plane } = logged(line(0), line(1), line(2), line(3));
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(jobLogs(stage, 'probe', { jobId: 'a', signal })).rejects.toThrow('gone');
    expect(plane.calls).toEqual([]);
  });

  test('are none where the function never ran, or an answer has no events', async () => {
    const { stage, plane } = logged();
    expect(await jobLogs(stage, 'other', { jobId: 'a' })).toEqual([]);
    plane.aws.logs.send = (async () => ({})) as never;
    expect(await jobLogs(stage, 'probe', { jobId: 'a' })).toEqual([]);
  });

  test('that may not be read fail as AWS said', async () => {
    const { stage, plane } = logged();
    const error = awsError('AccessDeniedException', 'no', 400);
    plane.aws.logs.send = () => Promise.reject(error);
    await expect(jobLogs(stage, 'probe', { jobId: 'a' })).rejects.toBe(error);
  });
});

describe('the error of a log line', () => {
  const only = async (error: unknown, given = mapOf) => {
    const { stage } = logged(line(0, { error }));
    return (await jobLogs(stage, 'probe', { jobId: 'a', mapOf: given }))[0];
  };

  test('names the place in the user’s own code that it came from', async () => {
    expect(await only({ name: 'E', stack: STACK })).toEqual({
      ...{ at: '1970-01-01T00:00:00.000Z', place: PLACE },
      fields: line(0, { error: { name: 'E', stack: `Error: no\n    at perform (${PLACE})` } }),
    });
  });

  test('names the place of what caused it, if it has none itself', async () => {
    const cause = { stack: 'Error: x\n    at node:net:1:1', cause: { stack: STACK } };
    expect(await only({ message: 'm', cause })).toMatchObject({
      ...{
        place: PLACE,
        fields: { error: { message: 'm', cause: { cause: { stack: expect.stringContaining(PLACE) } } } },
      },
    });
  });

  test.each([
    ['no stack', { name: 'E' }],
    ['a stack that is no text', { stack: 3 }],
    ['a cause that is no error', { cause: 'down' }],
    ['a cause that is null', { stack: 'Error: x', cause: null }],
    ['no fields', 'text'],
    ['nothing', null],
  ])('with %s stays as it is, without a place', async (_, error) => {
    expect(await only(error)).toEqual({ at: '1970-01-01T00:00:00.000Z', fields: line(0, { error }) });
  });

  test('whose map is not kept stays as it is', async () => {
    const { stage } = logged(line(0, { error: { stack: STACK } }));
    const [found] = await jobLogs(stage, 'probe', { jobId: 'a' });
    expect(found).toEqual({ at: '1970-01-01T00:00:00.000Z', fields: line(0, { error: { stack: STACK } }) });
  });
});

describe('a job that is found by its id', () => {
  test('is the one of its keys that holds the id', async () => {
    const { world, stage } = logged(
      { jobId: 'x', key: 'gone' },
      { jobId: 'x', key: 7 },
      { jobId: 'x' },
      { jobId: 'x', key: 'k' },
    );
    world.send({ id: 'x', key: 'k' });
    world.send({ id: 'y', key: 'gone' });
    await world.drain();
    expect(await job(stage, { type: 'probe', key: 'x' })).toMatchObject({ key: 'k', item: { jobId: 'x' } });
  });

  test('and whose key another job holds is not found; the error names that job', async () => {
    const { world, stage } = logged({ jobId: 'x', key: 'gone' }, { jobId: 'x', key: 'k' });
    world.send({ id: 'y', key: 'k' });
    await world.drain();
    await expect(job(stage, { type: 'probe', key: 'x' })).rejects.toThrow('; its key k is held by job y. Its message');
  });

  test('has no body, unless it is asked for', async () => {
    const { world, stage } = logged();
    world.send({ id: 'x', runAt: new Date(world.clock.now() + 600_000).toISOString() });
    await world.deliver();
    expect((await job(stage, { type: 'probe', key: 'x' })).item).not.toHaveProperty('envelope');
    expect((await job(stage, { type: 'probe', key: 'x' }, { payload: true })).item.envelope?.body).toContain('"x"');
  });

  test('and whose keys hold nothing is not found', async () => {
    const { stage } = logged({ jobId: 'x', key: 'gone' });
    await expect(job(stage, { type: 'probe', key: 'x' })).rejects.toMatchObject({
      name: 'NoSuchJobError',
      message:
        'stage "test" has no probe job with key or id "x". Its message may not have been received yet ' +
        '(npx sluice queues probe --stage test), it may run for the first time (where its type begins optimistically), ' +
        'or its retention is over.',
    });
  });

  test('of a type that is not there is refused before its logs are read', async () => {
    const { stage, plane } = logged();
    await expect(job(stage, { type: 'prob', key: 'x' })).rejects.toMatchObject({ name: 'NoSuchTypeError' });
    expect(plane.calls).toEqual([]);
  });
});
