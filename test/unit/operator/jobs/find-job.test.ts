import { describe, expect, test } from 'vitest';
import { type FindOptions, type FoundJob, findJob, type Looked, type Stage } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { flowStage } from '../support/flows.ts';
import { stageOf } from '../support/stage.ts';

const TYPES = ['archive', 'statement', 'statements-sent'];
const group = (type: string) => `/aws/lambda/sluice-test-${type}`;

/** A stage with three types, and what their consumers logged. */
function there() {
  const { world, put } = flowStage();
  const plane = makeControlPlane('statement', world.clock.now());
  const log = (type: string, ...lines: object[]) =>
    plane.logs.set(
      group(type),
      lines.map((line, timestamp) => ({ timestamp, message: JSON.stringify(line) })),
    );
  return { put, plane, log, stage: stageOf(world, plane.aws) };
}

async function all(stage: Stage, text: string, options?: FindOptions) {
  const found: (FoundJob | Looked)[] = [];
  for await (const one of findJob(stage, text, options)) found.push(one);
  return found;
}

const jobs = (found: readonly (FoundJob | Looked)[]) => found.filter((one) => one.kind === 'job');
const looked = (found: readonly (FoundJob | Looked)[]) => found.filter((one) => one.kind === 'looked');

describe('a job is found', () => {
  test('by its key, over all types, in one read', async () => {
    const { stage, put, plane } = there();
    put('statement#k', { jobId: 'id-1', status: 'DEAD' });
    put('archive#k', { jobId: 'k', status: 'COMPLETED' });
    const found = await all(stage, 'k');
    expect(new Set(jobs(found))).toEqual(
      new Set([
        { kind: 'job', type: 'statement', key: 'k', jobId: 'id-1', status: 'DEAD' },
        { kind: 'job', type: 'archive', key: 'k', jobId: 'k', status: 'COMPLETED' },
      ]),
    );
    expect(looked(found)[0]).toEqual({ kind: 'looked', where: 'keys of 3 job types' });
    expect(
      looked(found)
        .map(({ where }) => where)
        .slice(1)
        .sort(),
    ).toEqual(TYPES.map((type) => `log of ${type}`));
    expect(plane.calls.every(({ name }) => name === 'FilterLogEvents')).toBe(true);
  });

  test('by its id, through the log of its type', async () => {
    const { stage, put, log } = there();
    put('statement#k', { jobId: 'id-1' });
    put('statement#taken', { jobId: 'another' });
    log('statement', { jobId: 'id-1', key: 'k' }, { jobId: 'id-1', key: 'gone' }, { jobId: 'id-1', key: 'taken' });
    log('archive', { jobId: 'id-2', key: 'k' });
    expect(jobs(await all(stage, 'id-1'))).toEqual([
      { kind: 'job', type: 'statement', key: 'k', jobId: 'id-1', status: 'INPROGRESS' },
    ]);
    expect(jobs(await all(stage, 'id-1', { types: ['archive'] }))).toEqual([]);
    expect(jobs(await all(stage, 'id-1', { sinceMs: 3 }))).toEqual([]);
  });

  test('once, though key and log name it', async () => {
    const { stage, put, log } = there();
    put('statement#k', { jobId: 'k' });
    log('statement', { jobId: 'k', key: 'k' });
    expect(jobs(await all(stage, 'k'))).toHaveLength(1);
  });

  test('though a part cannot be looked through: it is said which', async () => {
    const { stage, put, plane, log } = there();
    put('statement#k', { jobId: 'id-1' });
    log('statement', { jobId: 'id-1', key: 'k' });
    const error = awsError('ThrottlingException', 'Rate exceeded');
    const send = plane.aws.logs.send as (command: { input: { logGroupName: string } }) => Promise<object>;
    plane.aws.logs.send = ((command: { input: { logGroupName: string } }) =>
      command.input.logGroupName === group('archive') ? Promise.reject(error) : send(command)) as never;
    const found = await all(stage, 'id-1');
    expect(jobs(found)).toHaveLength(1);
    expect(looked(found).filter((one) => one.error !== undefined)).toEqual([
      { kind: 'looked', where: 'log of archive', error },
    ]);
  });
});

test('a search reads few logs at the same time', async () => {
  const { stage, plane } = there();
  const most = { running: 0, atOnce: 0 };
  plane.aws.logs.send = (async () => {
    most.running += 1;
    most.atOnce = Math.max(most.atOnce, most.running);
    await Promise.resolve();
    most.running -= 1;
    return {};
  }) as never;
  const types = Array.from({ length: 20 }, (_, i) => `t${i}`);
  expect(looked(await all(stage, 'id-1', { types }))).toHaveLength(21);
  expect(most.atOnce).toBe(4);
});

test('a search ends when it is aborted, and begins no further part', async () => {
  const { stage, plane } = there();
  const aborted = new AbortController();
  const types = Array.from({ length: 20 }, (_, i) => `t${i}`);
  for await (const _ of findJob(stage, 'id-1', { types, signal: aborted.signal })) aborted.abort();
  expect(plane.calls).toEqual([]);
  expect(await all(stage, 'id-1', { signal: AbortSignal.abort() })).toEqual([]);
});

test('a search for what no job can be called looks at nothing', async () => {
  const { stage, plane } = there();
  expect(await all(stage, '')).toEqual([]);
  expect(plane.calls).toEqual([]);
});
