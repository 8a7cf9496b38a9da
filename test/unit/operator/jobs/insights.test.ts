import { describe, expect, test } from 'vitest';
import { type InsightsOptions, insights, type Stage } from '../../../../lib/operator/index.ts';
import { checkRequest } from '../../../../lib/testing/aws/request-check.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

type Answer = object | Error;
interface Sent {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A stage whose CloudWatch Logs answers so, call by call; the last answer stays. */
function answering(answers: Partial<Record<'StartQuery' | 'GetQueryResults' | 'StopQuery', readonly Answer[]>>) {
  const calls: Sent[] = [];
  const waits: number[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const before = calls.filter((call) => call.name === name).length;
    calls.push({ name, input: command.input });
    checkRequest({ name, input: command.input });
    const all = answers[name as keyof typeof answers] ?? [];
    const answer = all[Math.min(before, all.length - 1)] ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const world = makeWorld();
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  const stage: Stage = { ...stageOf(world, { logs: { send } as never }), sleep };
  const names = () => calls.map(({ name }) => name);
  return { stage, calls, waits, names };
}

const row = (...fields: [string, string][]) => fields.map(([field, value]) => ({ field, value }));
const COMPLETE = {
  status: 'Complete',
  results: [row(['error', 'E'], ['count', '3'], ['@ptr', 'x']), row(['error', 'F'])],
  statistics: { bytesScanned: 3 * 1024 * 1024 },
};
const OPTIONS: InsightsOptions = { sinceMs: 1500, untilMs: 9500, types: ['probe', 'probe-2'] };
const group = (type: string) => `/aws/lambda/sluice-test-${type}`;
const missing = (type: string) =>
  awsError(
    'ResourceNotFoundException',
    `Log group '${group(type)}' does not exist for account ID '1' (Service: AWSLogs)`,
  );

describe('a query of the logs', () => {
  test('is asked over the consumers’ log groups, and looked at until it is complete', async () => {
    const { stage, calls, waits, names } = answering({
      StartQuery: [{ queryId: 'q' }],
      GetQueryResults: [{ status: 'Scheduled' }, { status: 'Running', results: [row(['error', 'E'])] }, COMPLETE],
    });
    expect(await insights(stage, 'stats count(*) by error', OPTIONS)).toEqual({
      rows: [{ error: 'E', count: '3' }, { error: 'F' }],
      scannedMegabytes: 3,
    });
    expect(calls[0]?.input).toEqual({
      logGroupNames: [group('probe'), group('probe-2')],
      queryString: 'stats count(*) by error',
      ...{ startTime: 1, endTime: 10, limit: 1000 },
    });
    expect(calls[1]?.input).toEqual({ queryId: 'q' });
    expect(names()).toEqual(['StartQuery', 'GetQueryResults', 'GetQueryResults', 'GetQueryResults']);
    expect(waits).toEqual([250, 500]);
  });

  test('leaves out consumers that have not logged yet, and no other of such a name', async () => {
    const { stage, calls } = answering({
      StartQuery: [missing('probe'), { queryId: 'q' }],
      GetQueryResults: [COMPLETE],
    });
    await insights(stage, 'fields x', OPTIONS);
    expect(calls[1]?.input.logGroupNames).toEqual([group('probe-2')]);
  });

  test('of consumers that have all not logged yet, or of none, is empty', async () => {
    const { stage, names } = answering({ StartQuery: [missing('probe')] });
    const empty = { rows: [], scannedMegabytes: 0 };
    expect(await insights(stage, 'fields x', { ...OPTIONS, types: ['probe'] })).toEqual(empty);
    expect(await insights(stage, 'fields x', { ...OPTIONS, types: [] })).toEqual(empty);
    expect(names()).toEqual(['StartQuery']);
  });

  test.each([
    [
      'that CloudWatch refuses',
      { StartQuery: [awsError('MalformedQueryException', 'unexpected symbol')] },
      'unexpected symbol',
    ],
    ['that fails', { StartQuery: [{ queryId: 'q' }], GetQueryResults: [{ status: 'Failed' }] }, 'ended as Failed'],
    [
      'that times out',
      { StartQuery: [{ queryId: 'q' }], GetQueryResults: [{ status: 'Timeout' }] },
      'ended as Timeout',
    ],
  ])('%s is an error that says why', async (_, answers, message) => {
    const { stage } = answering(answers);
    await expect(insights(stage, 'x', OPTIONS)).rejects.toMatchObject({
      name: 'InsightsError',
      message: expect.stringContaining(message),
    });
  });

  test('of more than fifty job types is refused', async () => {
    const types = Array.from({ length: 51 }, (_, i) => `t${i}`);
    await expect(insights(answering({}).stage, 'x', { ...OPTIONS, types })).rejects.toThrow('choose some');
  });

  test('that may not be asked fails as AWS said', async () => {
    const error = awsError('AccessDeniedException', 'not authorized to perform: logs:StartQuery');
    const elsewhere = awsError('ResourceNotFoundException', 'no such account');
    for (const one of [error, elsewhere]) {
      await expect(insights(answering({ StartQuery: [one] }).stage, 'x', OPTIONS)).rejects.toBe(one);
    }
  });

  test.each([
    ['is stopped', {}],
    ['ends although it may not be stopped', awsError('AccessDeniedException', 'no')],
  ])('that is aborted %s', async (_, stopped) => {
    const { stage, names } = answering({
      StartQuery: [{ queryId: 'q' }],
      GetQueryResults: [{ status: 'Running' }],
      StopQuery: [stopped],
    });
    const aborted = new AbortController();
    const sleep = async () => aborted.abort(new Error('gone'));
    await expect(insights({ ...stage, sleep }, 'x', { ...OPTIONS, signal: aborted.signal })).rejects.toThrow('gone');
    expect(names()).toEqual(['StartQuery', 'GetQueryResults', 'StopQuery']);
  });
});
