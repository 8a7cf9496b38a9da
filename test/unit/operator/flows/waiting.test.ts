import { describe, expect, test } from 'vitest';
import { drain, flows, queues } from '../../../../lib/operator/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { FLOW, type FlowStage, flowStage } from '../support/flows.ts';

const HOUR_MS = 3600_000;

describe('callbacks that have not begun', () => {
  test('are listed by their deadlines, of a type or of all, and no other parked job is', async () => {
    const there = flowStage();
    const { callback, put, world, stage } = there;
    const nowMs = world.clock.now();
    callback({ total: 1000, open: new Set([1, 2]), dead: new Set([3]) });
    const at = (ms: number) => ({ dueAt: nowMs + ms, listAt: nowMs + ms, deadlineAt: nowMs + ms });
    callback({ open: new Set([1]), ...at(60_000) }, 'archive#f2');
    put('statement#parked', { status: 'SCHEDULED', listKey: 'due#0', listAt: nowMs + 1, dueAt: nowMs + 1 });
    const own = {
      ...{ type: 'statements-sent', flow: FLOW, total: 1000, open: 2, dead: 1, mode: 'settled', state: 'waits' },
      deadlineAt: '2026-01-01T01:00:00.000Z',
    };
    expect(await flows(stage, 'statements-sent')).toEqual({ flows: [own], truncated: false });
    const { flows: all } = await flows(stage);
    expect(all.map(({ type, flow }) => [type, flow])).toEqual([
      ['archive', 'f2'],
      ['statements-sent', FLOW],
    ]);
    expect(await flows(stage, undefined, { limit: 1 })).toMatchObject({ flows: [{ flow: 'f2' }], truncated: true });
  });

  test.each([
    ['waits', { open: new Set([1]) }],
    ['waits', { open: new Set([1]), dead: new Set([2]), mode: 'success' }],
    ['blocked', { dead: new Set([2]), mode: 'success' }],
    ['due', { dueAt: 1, listAt: 1 }],
    ['due', { open: new Set([1]), dueAt: 1, listAt: 1, deadlineAt: 1 }],
    ['cancelled', { open: new Set([1]), cancelRequested: true }],
  ] as const)('are told as %s: %j', async (state, change) => {
    const { stage, callback } = flowStage();
    callback(change);
    expect((await flows(stage)).flows).toMatchObject([{ state }]);
  });

  test('are no more once they have begun', async () => {
    const { stage, callback } = flowStage();
    callback({ status: 'RETRYING' });
    expect(await flows(stage)).toEqual({ flows: [], truncated: false });
  });
});

describe('callbacks that wait for their children', () => {
  function running() {
    const there = flowStage();
    const plane = makeControlPlane('statements-sent', there.world.clock.now());
    const stage = { ...there.stage, aws: { ...there.stage.aws, ...plane.aws } };
    return { ...there, stage: { ...stage, sleep: (ms: number) => there.world.clock.advance(ms) } };
  }
  const parked = ({ put, world }: FlowStage, id: string, index = 0) => {
    const listAt = world.clock.now() + HOUR_MS + index;
    put(id, { status: 'SCHEDULED', listKey: 'due#0', listAt, dueAt: listAt });
  };

  test('are counted apart from other parked jobs', async () => {
    const there = running();
    there.callback({ open: new Set([1]) });
    there.callback({ dead: new Set([1]), mode: 'success' }, 'statements-sent#f2');
    there.callback({ dueAt: 1 }, 'statements-sent#f3');
    parked(there, 'statements-sent#x');
    const report = await queues(there.stage, 'statements-sent');
    expect(report.queues).toMatchObject([{ parked: 2, waitForChildren: 2 }]);
    expect((await queues(there.stage)).queues.map((one) => [one.type, one.parked, one.waitForChildren])).toEqual([
      ...[
        ['archive', 0, 0],
        ['statement', 0, 0],
        ['statements-sent', 2, 2],
      ],
    ]);
  });

  test('do not keep a drain waiting; what else is parked does', async () => {
    const there = running();
    there.callback({ open: new Set([1]) });
    const end = () => drain(there.stage, 'statements-sent', { timeoutSeconds: 60 });
    expect(await end()).toMatchObject({ end: 'empty', last: { parked: 0, waitForChildren: 1 } });
    parked(there, 'statements-sent#x');
    expect(await end()).toMatchObject({ end: 'timeout', last: { parked: 1, waitForChildren: 1 } });
  });

  test('are looked at however many they are; of other parked jobs two hundred are', async () => {
    const there = running();
    for (let i = 0; i < 1500; i++) there.callback({ open: new Set([1]) }, `statements-sent#f${i}`);
    expect((await queues(there.stage, 'statements-sent')).queues).toMatchObject([{ parked: 0, waitForChildren: 1500 }]);
    for (let i = 0; i < 1500; i++) parked(there, `archive#${i}`, i);
    const before = there.world.dynamoDb.calls.length;
    expect((await queues(there.stage, 'archive')).queues).toMatchObject([{ parked: 1500, waitForChildren: 0 }]);
    const reads = there.world.dynamoDb.calls.slice(before).filter(({ name }) => name === 'BatchGetItem');
    expect(reads).toHaveLength(2);
  });
});
