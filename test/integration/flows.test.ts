import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { JobItem } from '../../lib/contract/protocol/job-item.ts';
import type { FlowWork } from './app/probe-flow/definition.ts';
import { deadLetters, effect, eventually, itemOf, newId, queueUrls, reaches, send, sqs } from './support/world.ts';

const type = 'probe-flow';

const sendWork = (id: string, payload: FlowWork, more: object = {}) =>
  send(JSON.stringify({ id, payload, ...more }), { type });

/** Key of the callback that took a parent's place. */
async function callbackOf(parent: string): Promise<string> {
  const { passedOn = '' } = await reaches(parent, ['COMPLETED'], { type });
  expect(passedOn).toMatch(/^probe-flow#/);
  return passedOn.slice(type.length + 1);
}

const completed = (key: string, timeoutMs = 120_000): Promise<JobItem> =>
  reaches(key, ['COMPLETED'], { type, timeoutMs });

/** What a callback is told of `total` children that all completed. */
const all = (total: number) => ({
  ...{ total, completed: total, dead: [], open: [], firedBy: 'all' },
  statuses: total === 0 ? {} : { completed: total },
});

const waits = (key: string, open: number) =>
  eventually(async () => {
    const item = await itemOf(key, type);
    return (item?.open?.size ?? 0) === open && item;
  }, `${open} open places of ${key}`);

/** Sends a job's dead letter back to its queue, as `sluice dlq redrive` does. */
async function redrive(jobId: string): Promise<void> {
  const [deadLetter] = await deadLetters(jobId, { type });
  const { Body: MessageBody, MessageAttributes } = deadLetter ?? {};
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrls(type).queueUrl, MessageBody, MessageAttributes }));
}

describe.concurrent('a batch', () => {
  it('within a batch: the outer callback waits for the inner one', async () => {
    const id = newId('nested');
    const inner: FlowWork = {
      batch: { children: { count: 3, each: {} }, callback: { retryAfter: 3, result: 'inner' } },
    };
    await sendWork(id, { batch: { children: [inner, {}], callback: { result: 'outer' } } });
    const outer = await callbackOf(id);
    const { passedOn = '' } = await completed(`${outer}:0`);
    const ended = await completed(outer);
    expect(ended.result).toMatchObject({ result: 'outer', flow: all(2) });
    const middle = await completed(passedOn.slice(type.length + 1));
    expect(Date.parse(ended.processedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(middle.completedAt ?? '') - 500);
  });

  it('of none runs its callback at once', async () => {
    const id = newId('empty');
    await sendWork(id, { batch: { children: [], callback: {} } });
    expect((await completed(await callbackOf(id), 30_000)).result).toMatchObject({ flow: all(0) });
  });

  it('that needs success waits for a child that died, until it is redriven', async () => {
    const id = newId('success');
    const effects = `${id}-callback`;
    // Its dead letter is known as this file's by the id in its body.
    const children: FlowWork[] = [{}, { deadRuns: 1, effect: `${id}-dead` }, {}];
    await sendWork(id, { batch: { children, callback: { effect: effects }, mode: 'success' } });
    const callback = await callbackOf(id);
    const { dead, status } = await waits(callback, 0);
    expect([status, [...(dead ?? [])]]).toEqual(['SCHEDULED', [1]]);
    expect(await effect(effects, type)).toBeUndefined();
    await redrive(`${callback}:1`);
    const ended = await completed(callback);
    expect(ended.result).toMatchObject({ flow: all(3) });
    expect(await effect(effects, type)).toMatchObject({ times: 1 });
  });

  it('whose deadline passes runs its callback by the rule, and is told who is open', async () => {
    const id = newId('deadline');
    const children: FlowWork[] = [{}, { retryAfter: 400 }, { deadRuns: 1 }];
    await sendWork(id, { batch: { children, callback: { effect: id }, deadlineSeconds: 61 } });
    const callback = await callbackOf(id);
    const { deadlineAt = 0 } = await waits(callback, 1);
    const ended = await completed(callback, 180_000);
    expect(ended.result).toMatchObject({
      flow: {
        total: 3,
        completed: 1,
        dead: [2],
        open: [1],
        firedBy: 'deadline',
        statuses: { completed: 1, dead: 1, open: 1 },
      },
    });
    expect(Date.parse(ended.processedAt ?? '')).toBeGreaterThanOrEqual(deadlineAt - 500);
    expect(await effect(id, type)).toMatchObject({ times: 1 });
  });
});

describe.concurrent('a chain', () => {
  it('of three starts each step when the one before has completed', async () => {
    const id = newId('chain');
    const then = [{ result: 2 }, { result: 3 }].map((payload) => ({ type, payload }));
    await sendWork(id, { result: 1 }, { then });
    const last = await completed(`${id}.2`);
    expect(last.result).toEqual({ result: 3, previous: { result: 2, previous: { result: 1 } } });
    const [first, second] = [await completed(id), await completed(`${id}.1`)];
    expect(Date.parse(second.processedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first.completedAt ?? '') - 500);
    expect(Date.parse(last.processedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(second.completedAt ?? '') - 500);
  });

  it('stops at a step that dies, and goes on when that is redriven', async () => {
    const id = newId('broken');
    const then = [{ deadRuns: 1 }, { effect: id }].map((payload) => ({ type, payload }));
    await sendWork(id, {}, { then });
    await reaches(`${id}.1`, ['DEAD'], { type });
    expect(await itemOf(`${id}.2`, type)).toBeUndefined();
    await redrive(`${id}.1`);
    await completed(`${id}.2`);
    expect(await effect(id, type)).toMatchObject({ times: 1 });
  });
});

it('what a job stages is sent with its completion, and not before', async () => {
  const id = newId('staged');
  await sendWork(id, { retryAfter: 6, staged: [{ effect: id }, { effect: id }] });
  await reaches(id, ['RETRYING'], { type });
  expect(await effect(id, type)).toBeUndefined();
  await completed(id);
  await eventually(async () => (await effect(id, type))?.times === 2, 'both effects');
});

// By itself: on an emulator that runs a batch at a time, the jobs of the others would wait behind its thousand, beyond their deadline.
it('a batch of 1,000 runs its callback once, with the right counts', { timeout: 900_000 }, async () => {
  const id = newId('thousand');
  const [each, callback] = [{ effect: `${id}-child` }, { effect: `${id}-callback` }];
  await sendWork(id, { batch: { children: { count: 1000, each }, callback } });
  const { result, attempts } = await completed(await callbackOf(id), 300_000);
  expect({ attempts, result }).toEqual({ attempts: 1, result: { flow: all(1000), previous: {} } });
  expect(await effect(each.effect, type)).toMatchObject({ times: 1000 });
  expect(await effect(callback.effect, type)).toMatchObject({ times: 1 });
});
