import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { type CancelFlowOptions, cancelFlow } from '../../../../lib/operator/flows/cancel-flow.ts';
import { NoSuchTypeError } from '../../../../lib/operator/index.ts';
import { DEFINITIONS, FLOW, type FlowStage, flowStage, placeOf } from '../support/flows.ts';

const CALLBACK = { type: 'statements-sent', key: FLOW };
const CALLBACK_ID = `statements-sent#${FLOW}`;

const definitionOf: CancelFlowOptions['definitionOf'] = (type) => {
  const found = DEFINITIONS.find((one) => one.type === type);
  if (found === undefined) throw new NoSuchTypeError(`no ${type}`);
  return found;
};
const cancelled = ({ stage }: FlowStage, options: Partial<CancelFlowOptions> = {}) =>
  cancelFlow(stage, CALLBACK, { definitionOf, ...options });

/** A flow with a child in each state. */
function mixed(): FlowStage {
  const there = flowStage();
  const { callback, put, world } = there;
  callback({ total: 6, open: new Set([0, 1, 2, 3, 4]), dead: new Set([5]) });
  const nowMs = world.clock.now();
  put(`statement#${FLOW}:0`, placeOf(0));
  put(`statement#${FLOW}:1`, { ...placeOf(1), status: 'RETRYING', dueAt: nowMs + 5000 });
  const parked = { dueAt: nowMs + 600_000, listAt: nowMs + 600_000, listKey: 'due#1', envelope: { body: 'secret' } };
  put(`statement#${FLOW}:2`, { ...placeOf(2), status: 'SCHEDULED', ...parked });
  put(`statement#${FLOW}:3`, { ...placeOf(3), status: 'CANCELLED' });
  put(`statement#${FLOW}:5`, { ...placeOf(5), status: 'DEAD' });
  return there;
}

describe('the cancellation of a flow', () => {
  test('ends its callback, and reaches each child by its state', async () => {
    const there = mixed();
    const { item, world } = there;
    const nowMs = world.clock.now();
    expect(await cancelled(there)).toMatchObject({
      ...{ row: 'flowCancelled', callback: { status: 'CANCELLED', total: 6 }, interrupted: false },
      jobs: { cancelRequested: 1, cancelledByMessage: 2, refusedAhead: 1, none: 2 },
    });
    expect(item(CALLBACK_ID)).not.toHaveProperty('listKey');
    expect(item(CALLBACK_ID)?.open).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(item(`statement#${FLOW}:0`)).toMatchObject({ status: 'INPROGRESS', cancelRequested: true });
    expect(item(`statement#${FLOW}:1`)).toMatchObject({
      status: 'RETRYING',
      cancelRequested: true,
      dueAt: nowMs + 5000,
    });
    expect(item(`statement#${FLOW}:2`)).toMatchObject({ cancelRequested: true, dueAt: nowMs, listAt: nowMs });
    expect(item(`statement#${FLOW}:4`)).toMatchObject({ status: 'CANCELLED', bodyHash: '-', jobId: `${FLOW}:4` });
    expect(item(`statement#${FLOW}:4`)?.expiration).toBe(nowMs / 1000 + 22 * 24 * 3600);
  });

  test('writes the callback before any child', async () => {
    const there = mixed();
    await cancelled(there);
    const { calls } = there.world.dynamoDb;
    const written = calls
      .filter(({ name }) => /^(Put|Update)Item$/.test(name))
      .map(({ input }) => JSON.stringify(input));
    expect(written[0]).toContain(CALLBACK_ID);
    expect(written.slice(1).filter((one) => one.includes(CALLBACK_ID))).toEqual([]);
  });

  test('given again, goes on where it was interrupted, and changes nothing once it is through', async () => {
    const there = mixed();
    const abort = new AbortController();
    there.world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens: () => abort.abort() });
    expect(await cancelled(there, { signal: abort.signal })).toMatchObject({ jobs: {}, interrupted: true });
    expect(there.item(CALLBACK_ID)?.status).toBe('CANCELLED');
    expect(there.item(`statement#${FLOW}:4`)).toBeUndefined();
    expect(await cancelled(there)).toMatchObject({
      row: 'flowCancelled',
      jobs: { refusedAhead: 1 },
      interrupted: false,
    });
    const items = (): (JobItem | undefined)[] => [0, 1, 2, 3, 4, 5].map((n) => there.item(`statement#${FLOW}:${n}`));
    const before = items();
    await cancelled(there);
    expect(items()).toEqual(before);
  });

  test('reaches the step of a chain that runs, however far that is', async () => {
    const there = flowStage();
    there.callback({ total: 1, open: new Set([0]) });
    there.put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED' });
    const chain = { flow: { ...placeOf(0).flow, chain: { key: `${FLOW}:0`, step: 1 } } };
    there.put(`archive#${FLOW}:0.1`, chain);
    expect((await cancelled(there)).jobs).toEqual({ none: 1, cancelRequested: 1 });
    expect(there.item(`archive#${FLOW}:0.1`)?.cancelRequested).toBe(true);
    expect(there.item(`statements-sent#${FLOW}:0.1`)).toBeUndefined();
  });

  test('refuses the next step of a chain before it comes, of whatever type that may be', async () => {
    const there = flowStage();
    there.callback({ total: 1, open: new Set([0]) });
    there.put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED' });
    expect((await cancelled(there)).jobs).toEqual({ none: 1, refusedAhead: 2 });
    for (const type of ['archive', 'statements-sent']) {
      expect(there.item(`${type}#${FLOW}:0.1`)).toMatchObject({ status: 'CANCELLED', bodyHash: '-' });
    }
  });

  test.each(['SCHEDULED', 'COMPLETED'] as const)(
    'reaches the batch of a child, whose callback is %s',
    async (status) => {
      const there = flowStage();
      there.callback({ total: 1, open: new Set([0]) });
      there.put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED', passedOn: 'statements-sent#f2' });
      there.callback({ ...placeOf(0), total: 2, open: new Set([1]), status }, 'statements-sent#f2');
      there.put('statement#f2:1', placeOf(1, 'f2'));
      await cancelled(there);
      expect(there.item('statement#f2:1')?.cancelRequested).toBe(true);
      expect(there.item('statements-sent#f2')?.cancelRequested).toBe(status === 'SCHEDULED' ? true : undefined);
      expect(there.item('statement#f2:0')).toBeUndefined();
    },
  );

  test('refuses the batch that a child staged, and has not sent, before it comes', async () => {
    const there = flowStage();
    there.callback({ total: 1, open: new Set([0]) });
    there.put(`statement#${FLOW}:0`, {
      ...placeOf(0),
      status: 'COMPLETED',
      owed: true,
      passedOn: 'statements-sent#f2',
    });
    expect((await cancelled(there)).jobs).toEqual({ none: 1, refusedAhead: 1 });
    expect(there.item('statements-sent#f2')?.status).toBe('CANCELLED');
  });

  test('of one that runs asks for its end, and reaches the children that have not ended', async () => {
    const there = flowStage();
    there.callback({ status: 'INPROGRESS', open: new Set([0]) });
    there.put(`statement#${FLOW}:0`, placeOf(0));
    expect(await cancelled(there)).toMatchObject({ callback: { status: 'INPROGRESS', cancelRequested: true } });
    expect(there.item(`statement#${FLOW}:0`)?.cancelRequested).toBe(true);
  });

  test.each(['COMPLETED', 'DEAD'] as const)('of one that is %s writes nothing', async (status) => {
    const there = flowStage();
    there.callback({ status, open: new Set([0]) });
    there.put(`statement#${FLOW}:0`, placeOf(0));
    expect(await cancelled(there)).toMatchObject({ row: 'none', callback: { status }, jobs: {} });
    expect(there.item(`statement#${FLOW}:0`)).not.toHaveProperty('cancelRequested');
  });

  test('reports the jobs that it looked at, and those that it knows of', async () => {
    const there = mixed();
    const told: [number, number][] = [];
    await cancelled(there, { onProgress: (done, known) => told.push([done, known]) });
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toEqual([6, 6]);
  });

  test('with a child of a type that the catalogue lacks writes nothing', async () => {
    const there = flowStage();
    there.callback({ children: [{ type: 'gone', n: 3 }], open: new Set([0]) });
    await expect(cancelled(there)).rejects.toThrow('no gone');
    expect(there.item(CALLBACK_ID)?.status).toBe('SCHEDULED');
  });

  test('that fails midway says so, once the writes that are under way have ended', async () => {
    const there = flowStage();
    there.callback({ total: 40, open: new Set(Array.from({ length: 40 }, (_, i) => i)) });
    const error = new Error('throttled');
    there.world.dynamoDb.faults.plan('PutItem', { kind: 'fails', error });
    await expect(cancelled(there)).rejects.toBe(error);
    const puts = () => there.world.dynamoDb.calls.filter(({ name }) => name === 'PutItem').length;
    const before = puts();
    expect(before).toBeLessThan(40);
    expect(await cancelled(there)).toMatchObject({ jobs: { refusedAhead: expect.any(Number) } });
    for (let n = 0; n < 40; n++) expect(there.item(`statement#${FLOW}:${n}`)?.status).toBe('CANCELLED');
  });
});
