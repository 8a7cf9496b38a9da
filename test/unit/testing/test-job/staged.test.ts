import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, job } from '../../../../lib/contract/index.ts';
import type { Perform } from '../../../../lib/engine/index.ts';
import { crashes, dynamoDbLosesReply, dynamoDbThrottles, testJob, throws } from '../../../../lib/testing/index.ts';

const n = z.object({ n: z.int() });
const page = defineJob({ type: 'page', payload: n, handsOn: ['mail', 'done'] });
const mail = defineJob({ type: 'mail', payload: z.object({ to: z.email() }), handsOn: [] });
const done = defineJob({ type: 'done', payload: n, handsOn: [] });
const book = defineJob({ type: 'book', payload: n, handsOn: ['book', 'page', 'mail', 'done'] });
const payload = { n: 2 };

const both: Perform<typeof book> = async (_payload, context) => {
  context.enqueue(mail, { to: 'a@b.co' }, { tenant: 'acme', maxAttempts: 2 });
  context.batch({
    children: [job(page, { n: 0 }), [job(page, { n: 1 }), job(mail, { to: 'c@d.co' })], job(book, { n: 2 })],
    callback: job(done, { n: 3 }),
    mode: 'success',
    deadlineSeconds: 600,
  });
  context.enqueue(book, { n: 4 });
  return 'staged';
};

describe('what a handler staged', () => {
  it('is told with types, payloads and keys, in order', async () => {
    const { status, attempts, staged, batch, result } = await testJob(book, both, { payload });
    expect({ status, attempts, result }).toEqual({ status: 'COMPLETED', attempts: 1, result: 'staged' });
    expect(staged.map(({ key, ...rest }) => rest)).toEqual([
      { type: 'mail', payload: { to: 'a@b.co' }, tenant: 'acme', maxAttempts: 2 },
      { type: 'book', payload: { n: 4 } },
    ]);
    expect(new Set(staged.map(({ key }) => key)).size).toBe(2);
    const flow = batch?.callback.key ?? '';
    const [, listed, ...others] = batch?.children ?? [];
    expect(batch).toMatchObject({
      callback: { type: 'done', payload: { n: 3 } },
      mode: 'success',
      deadlineSeconds: 600,
    });
    expect(batch?.children.map(({ type, key }) => [type, key])).toEqual([
      ['page', `${flow}:0`],
      ['page', `${flow}:1`],
      ['book', `${flow}:2`],
    ]);
    expect(listed?.then).toEqual([{ type: 'mail', payload: { to: 'c@d.co' } }]);
    expect(others).toMatchObject([{ payload: { n: 2 } }]);
  });

  it.each([
    ['failed', throws(new Error('busy')), 2],
    ['crashed at its end', crashes('end'), 2],
    ['was written, and the answer was lost', dynamoDbLosesReply('end'), 1],
    ['could hardly be written', dynamoDbThrottles('end', 3), 1],
  ])('is sent once if an attempt %s', async (_what, fault, attempts) => {
    const run = await testJob(book, both, { payload, faults: [fault] });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts });
    expect(run.staged).toHaveLength(2);
    expect(run.batch?.children).toHaveLength(3);
  });

  it('by an attempt that dies is nothing', async () => {
    const failing: Perform<typeof book> = async (_payload, context) => {
      context.enqueue(mail, { to: 'a@b.co' });
      throw new Error('no');
    };
    const run = await testJob(book, failing, { payload, maxAttempts: 1 });
    expect(run).toMatchObject({ status: 'DEAD', staged: [] });
    expect(run).not.toHaveProperty('batch');
  });

  it('in a batch without children is its callback alone', async () => {
    const empty: Perform<typeof book> = async (_payload, { batch }) =>
      batch({ children: [], callback: job(done, { n: 1 }) });
    const run = await testJob(book, empty, { payload });
    expect(run.staged).toEqual([]);
    expect(run.batch).toMatchObject({ children: [], callback: { payload: { n: 1 } }, deadlineSeconds: 86_400 });
  });

  it('beside a payload that its schema refuses is nothing: the job fails', async () => {
    const wrong: Perform<typeof book> = async (_payload, { batch }) =>
      batch({ children: [job(mail, { to: 'a@b.co' }), job(mail, { to: 'nobody' })], callback: job(done, { n: 1 }) });
    const run = await testJob(book, wrong, { payload, maxAttempts: 1 });
    expect(run.error?.message).toMatch(/^child 1 of the batch: payload\.to/);
    expect(run.staged).toEqual([]);
  });
});

it('a type that is not in handsOn does not compile, and fails the job', async () => {
  const perform: Perform<typeof page> = async (_payload, context) => {
    // @ts-expect-error: a page hands on to mail and done
    context.enqueue(book, { n: 1 });
  };
  const wrong: Perform<typeof page> = async (_payload, context) => {
    // @ts-expect-error: the payload is mail's
    context.enqueue(mail, { n: 1 });
    // @ts-expect-error: of a batch, too
    context.batch({ children: [job(mail, { to: 'a@b.co' })], callback: job(book, { n: 1 }) });
  };
  const run = await testJob(page, perform, { payload, maxAttempts: 1 });
  expect(run.error?.message).toBe('page does not hand on to "book": add it to handsOn of page, and deploy');
  expect(wrong).toBeInstanceOf(Function);
});

describe('a handler’s context has, as the options say,', () => {
  it('what became of a batch', async () => {
    const children = [{ result: { rows: 3 } }, { status: 'dead', type: 'page' }, { status: 'open' }] as const;
    const perform: Perform<typeof done> = async (_payload, { flow }) => {
      const results = [];
      for await (const one of flow?.results() ?? []) results.push(one);
      return { ...flow, results };
    };
    const { result } = await testJob(done, perform, { payload, flow: { children } });
    expect(result).toEqual({
      ...{ id: 'flow-1', total: 3, completed: 1, firedBy: 'deadline' },
      dead: [{ place: 1, type: 'page', key: 'flow-1:1' }],
      open: [{ place: 2, type: 'child', key: 'flow-1:2' }],
      results: [
        { place: 0, type: 'child', key: 'flow-1:0', status: 'completed', result: { rows: 3 } },
        { place: 1, type: 'page', key: 'flow-1:1', status: 'dead' },
        { place: 2, type: 'child', key: 'flow-1:2', status: 'open' },
      ],
    });
  });

  it('the job before', async () => {
    const perform: Perform<typeof done> = async (_payload, { previous }) => [previous?.type, await previous?.result()];
    const { result } = await testJob(done, perform, { payload, previous: { type: 'page', result: 7 } });
    expect(result).toEqual(['page', 7]);
  });

  it('nothing else', async () => {
    const perform: Perform<typeof done> = async (_payload, context) => [context.flow ?? null, context.previous ?? null];
    expect((await testJob(done, perform, { payload })).result).toEqual([null, null]);
  });
});

it.each([
  [{ flow: { children: 3 } }, 'done: flow must be { children: [{ status, result }, …] }, got {"children":3}'],
  [
    { flow: { children: [{}, { status: 'ok' }] } },
    'done: flow.children[1].status must be "completed" or "dead" or "open", got "ok"',
  ],
])('%j is refused', async (options, message) => {
  const run = testJob(done, async () => undefined, { payload, ...options } as never);
  await expect(run).rejects.toThrow(message);
});

it('a type that is in no flow has none in a test', async () => {
  const alone = defineJob({ type: 'alone', payload: n });
  const run = testJob(alone, async () => undefined, { payload, flow: { children: [] } });
  await expect(run).rejects.toThrow('alone is in no flow: write handsOn in its definition, or leave out flow');
});
