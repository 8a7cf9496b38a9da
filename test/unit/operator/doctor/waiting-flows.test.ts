import { describe, expect, test } from 'vitest';
import { doctor } from '../../../../lib/operator/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { DEFINITIONS, FLOW, flowStage } from '../support/flows.ts';

const MINUTE_MS = 60_000;

function checked() {
  const there = flowStage();
  const plane = makeControlPlane('statements-sent', there.world.clock.now());
  const stage = { ...there.stage, aws: { ...there.stage.aws, ...plane.aws } };
  const look = async () => (await doctor(stage, { definitions: DEFINITIONS })).filter(({ check }) => check === 'flows');
  return { ...there, stage, look };
}

describe('doctor looks at callbacks', () => {
  test('that wait for their children, which is no fault', async () => {
    const { callback, look } = checked();
    callback({ open: new Set([1]), dead: new Set([2]), mode: 'success' });
    callback({ dead: new Set([2]) }, 'statements-sent#settled');
    expect(await look()).toEqual([{ level: 'ok', check: 'flows', what: '2 callbacks wait, none is late or held up' }]);
  });

  test('that wait for a child that died: it names the first, until when, and the ways on', async () => {
    const { callback, look } = checked();
    callback({ dead: new Set([2]), mode: 'success' });
    callback({ dead: new Set([0]), mode: 'success' }, 'statements-sent#f2');
    callback({ dead: new Set([0]), mode: 'success' }, 'archive#f3');
    expect(await look()).toMatchObject([
      { level: 'note', what: '1 of archive wait for children that died: f3 until 2026-01-01T01:00:00.000Z' },
      {
        what: `2 of statements-sent wait for children that died: ${FLOW} until 2026-01-01T01:00:00.000Z`,
        todo:
          `npx sluice flow statements-sent ${FLOW} --stage test names them: redrive them, or run the callback with what there ` +
          `is by npx sluice retry statements-sent ${FLOW} --stage test`,
      },
    ]);
  });

  test('that have not begun a quarter of an hour after their deadline', async () => {
    const { callback, look, world } = checked();
    const deadlineAt = world.clock.now() - 15 * MINUTE_MS;
    // The dispatcher has sent it, and looks again in a day.
    const sent = { dueAt: deadlineAt, listAt: deadlineAt + 24 * 60 * MINUTE_MS, open: new Set([1]) };
    callback({ ...sent, deadlineAt });
    expect(await look()).toMatchObject([{ level: 'ok' }]);
    callback({ ...sent, deadlineAt: deadlineAt - 1 });
    expect(await look()).toMatchObject([
      {
        level: 'bad',
        what: `1 of statements-sent have not begun a quarter of an hour after their deadline: ${FLOW}, deadline 2025-12-31T23:44:59.999Z`,
        todo: 'npx sluice queues statements-sent --stage test shows whether its queue is deep or paused',
      },
    ]);
  });

  test('and at no parked job of a type that none hands on to', async () => {
    const { callback, put, look, world } = checked();
    callback({ open: new Set([1]) });
    put('statement#parked', { status: 'SCHEDULED', listKey: 'due#0', listAt: 1, dueAt: 1 });
    await look();
    const reads = world.dynamoDb.calls.filter(({ name }) => name === 'BatchGetItem').map(({ input }) => input);
    expect(JSON.stringify(reads)).toContain(`statements-sent#${FLOW}`);
    expect(JSON.stringify(reads)).not.toContain('statement#parked');
  });

  test('only if a type of the catalogue takes part in flows', async () => {
    const { callback, stage, world } = checked();
    callback({ dead: new Set([2]), mode: 'success' });
    const { handsOn: _, ...plain } = world.definition;
    expect((await doctor(stage, { definitions: [plain] })).map(({ check }) => check)).not.toContain('flows');
  });
});
