import { describe, expect, test } from 'vitest';
import { flow } from '../../../../lib/operator/index.ts';
import { FLOW, flowStage, placeOf } from '../support/flows.ts';

const CALLBACK = { type: 'statements-sent', key: FLOW };

describe('a flow', () => {
  test('shows how its children stand, and who holds each open or dead place', async () => {
    const { stage, callback, put } = flowStage();
    callback({ total: 4, open: new Set([3, 1]), dead: new Set([2]), flow: { after: { type: 'archive', key: 'p' } } });
    put(`statement#${FLOW}:1`, placeOf(1));
    const error = { name: 'PermanentError', message: 'no such mailbox' };
    put(`statement#${FLOW}:2`, { ...placeOf(2), status: 'DEAD', error });
    expect(await flow(stage, CALLBACK)).toEqual({
      ...{ type: 'statements-sent', flow: FLOW, status: 'SCHEDULED', cancelRequested: false, mode: 'settled' },
      ...{ total: 4, completed: 1, open: 2, dead: 1, deadlineAt: '2026-01-01T01:00:00.000Z', endedAt: undefined },
      parent: { type: 'archive', key: 'p' },
      places: [
        {
          ...{ place: 1, state: 'open', type: 'statement', key: `${FLOW}:1` },
          holder: { type: 'statement', key: `${FLOW}:1`, status: 'INPROGRESS' },
        },
        {
          ...{ place: 2, state: 'dead', type: 'statement', key: `${FLOW}:2` },
          holder: { type: 'statement', key: `${FLOW}:2`, status: 'DEAD', error },
        },
        { place: 3, state: 'open', type: 'statement', key: `${FLOW}:3` },
      ],
    });
  });

  test('names each child’s type by the runs of the callback’s item', async () => {
    const { stage, callback } = flowStage();
    const children = [
      { type: 'statement', n: 2 },
      { type: 'archive', n: 1 },
      { type: 'statement', n: 1 },
    ];
    callback({ total: 4, children, open: new Set([1, 2, 3]) });
    const { places } = await flow(stage, CALLBACK);
    expect(places.map(({ place, type }) => [place, type])).toEqual([
      ...[
        [1, 'statement'],
        [2, 'archive'],
        [3, 'statement'],
      ],
    ]);
  });

  test('follows a place along a chain, to the last step that began', async () => {
    const { stage, callback, put } = flowStage();
    callback({ total: 1, open: new Set([0]) });
    put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED' });
    const chain = (step: number) => ({ flow: { ...placeOf(0).flow, chain: { key: `${FLOW}:0`, step } } });
    put(`archive#${FLOW}:0.1`, { ...chain(1), status: 'COMPLETED' });
    put(`statement#${FLOW}:0.2`, { ...chain(2), status: 'RETRYING' });
    const [place] = (await flow(stage, CALLBACK)).places;
    expect(place).toEqual({
      ...{ place: 0, state: 'open', type: 'statement', key: `${FLOW}:0` },
      holder: { type: 'statement', key: `${FLOW}:0.2`, status: 'RETRYING' },
    });
  });

  test('follows a place to the callback of the batch that its child staged', async () => {
    const { stage, callback, put } = flowStage();
    callback({ total: 1, open: new Set([0]) });
    put(`statement#${FLOW}:0`, { ...placeOf(0), status: 'COMPLETED', passedOn: 'statements-sent#f2' });
    callback({ ...placeOf(0), total: 9, open: new Set([0, 8]) }, 'statements-sent#f2');
    const [place] = (await flow(stage, CALLBACK)).places;
    expect(place?.holder).toEqual({
      ...{ type: 'statements-sent', key: 'f2', status: 'SCHEDULED', waitsFor: { open: 2, total: 9 } },
    });
  });

  test('lists the places that ended if it is asked to, and reads nothing for them', async () => {
    const { stage, callback, world } = flowStage();
    callback({ total: 1000, status: 'COMPLETED', completedAt: '2026-01-01T00:30:00.000Z' });
    const view = await flow(stage, CALLBACK, { all: true });
    expect(view).toMatchObject({ completed: 1000, open: 0, dead: 0, endedAt: '2026-01-01T00:30:00.000Z' });
    expect(view.places).toHaveLength(1000);
    expect(view.places[999]).toEqual({ place: 999, state: 'ended', type: 'statement', key: `${FLOW}:999` });
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['GetItem']);
    expect((await flow(stage, CALLBACK)).places).toEqual([]);
  });

  test('reads a thousand holders by ten calls, and no payload', async () => {
    const { stage, callback, world } = flowStage();
    callback({ total: 1000, open: new Set(Array.from({ length: 1000 }, (_, i) => i)) });
    expect(await flow(stage, CALLBACK)).toMatchObject({ open: 1000 });
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['GetItem', ...Array(10).fill('BatchGetItem')]);
    expect(JSON.stringify(world.dynamoDb.calls.map(({ input }) => input))).not.toMatch(/envelope|outbox/);
  });
});

describe('no flow', () => {
  test.each([
    ['a job that does not exist', {}, 'NoSuchJobError', /has no flow "x" with a callback of type statement\./],
    [
      'a job of its own',
      { status: 'COMPLETED' },
      'NoCallbackError',
      /^statement x is no callback of a batch, and in none$/,
    ],
    ['a child', placeOf(0), 'NoCallbackError', /; it is in npx sluice flow statements-sent f1 --stage test$/],
    [
      'a parent',
      { passedOn: 'statements-sent#f1' },
      ...(['NoCallbackError', /; its batch is npx sluice flow statements-sent f1 --stage test$/] as const),
    ],
  ] as const)('is %s', async (_, item, name, message) => {
    const { stage, put } = flowStage();
    if (Object.keys(item).length > 0) put('statement#x', item);
    await expect(flow(stage, { type: 'statement', key: 'x' })).rejects.toMatchObject({
      ...{ name, message: expect.stringMatching(message) },
    });
  });

  test('is one of a type that the stage lacks', async () => {
    await expect(flow(flowStage().stage, { type: 'statment', key: 'x' })).rejects.toMatchObject({
      ...{ name: 'NoSuchTypeError', message: expect.stringContaining('did you mean "statement"?') },
    });
  });
});
