import { describe, expect, test } from 'vitest';
import { queueSettings } from '../../../../lib/contract/definition/queue-settings.ts';
import { scanPrice } from '../../../../lib/operator/index.ts';
import { JOBS_TABLE } from '../../../support/world.ts';
import { answer, deployed, look, type There } from '../support/doctor.ts';

const HOUR_MS = 3600_000;

describe('a scan for lost messages', () => {
  test.each(['RETRYING', 'SCHEDULED', 'INPROGRESS'])('reads jobs that are %s from the table', async (status) => {
    const there = deployed();
    const times = { leaseUntil: 1, dueAt: 1 };
    there.world.dynamoDb.put(JOBS_TABLE, { id: 'probe#a', type: 'probe', status, ...times });
    for (const over of ['COMPLETED', 'DEAD', 'CANCELLED'])
      there.world.dynamoDb.put(JOBS_TABLE, { id: `probe#${over}`, type: 'probe', status: over, ...times });
    expect(await look(there, 'lost messages', { scan: true })).toMatchObject([
      { what: '1 jobs wait for a message that is gone: probe a' },
    ]);
  });

  const item = (id: string, fields: object) => ({
    id: { S: id },
    type: { S: id.split('#')[0] ?? '' },
    ...Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'number' ? { N: `${value}` } : { S: value },
      ]),
    ),
  });
  const what = async (there: There, ...items: ReturnType<typeof item>[]) => {
    answer(there, 'Scan', [{ Items: items, ScannedCount: 7 }]);
    return (await look(there, 'lost messages', { scan: true }))[0]?.what;
  };
  const GONE = '1 jobs wait for a message that is gone: ';

  test.each([
    ['probe#a', { status: 'INPROGRESS' }, 'leaseUntil', 'probe a'],
    ['probe#a', { status: 'RETRYING' }, 'dueAt', 'probe a'],
    ['other#a', { status: 'SCHEDULED' }, 'dueAt', 'other a'],
  ])('reports %s %j an hour and a visibility timeout after its %s', async (id, fields, field, named) => {
    const there = deployed();
    const own = queueSettings(there.world.definition).visibilityTimeoutSeconds * 1000;
    const allowedMs = HOUR_MS + (id.startsWith('probe') ? own : 5700_000);
    const at = there.world.clock.now() - allowedMs;
    expect(await what(there, item(id, { ...fields, [field]: at }))).toBe('none among 7 items');
    expect(await what(deployed(), item(id, { ...fields, [field]: at - 1 }))).toBe(`${GONE}${named}`);
  });

  test.each([
    ['whose lease is not known', { status: 'INPROGRESS', dueAt: 1 }],
    ['whose time is not known', { status: 'RETRYING', leaseUntil: 1 }],
    ['that is parked', { status: 'SCHEDULED', dueAt: 1, listKey: 'due#0' }],
  ])('reports no job %s', async (_, fields) => {
    expect(await what(deployed(), item('probe#a', fields))).toBe('none among 7 items');
  });

  test('reads every page, names ten, and says what to do', async () => {
    const lost = (n: number) => item(`probe#${n}`, { status: 'RETRYING', dueAt: 1 });
    const LastEvaluatedKey = { id: { S: 'probe#5' } };
    const first = { Items: Array.from({ length: 6 }, (_, n) => lost(n)), LastEvaluatedKey };
    const pages = [first, { ...first, Items: Array.from({ length: 4 }, (_, n) => lost(n + 6)) }, { Items: [lost(10)] }];
    const there = deployed();
    const asked = answer(there, 'Scan', pages);
    const names = Array.from({ length: 10 }, (_, n) => `probe ${n}`).join(', ');
    expect(await look(there, 'lost messages', { scan: true })).toEqual([
      {
        ...{ level: 'bad', check: 'lost messages' },
        what: `11 jobs wait for a message that is gone: ${names} and 1 more`,
        todo:
          'check that their queue is neither deep nor paused; then send each again with the same id and payload ' +
          '(to end one, cancel it before)',
      },
    ]);
    expect(asked.map(({ ExclusiveStartKey }) => ExclusiveStartKey)).toEqual([
      undefined,
      LastEvaluatedKey,
      LastEvaluatedKey,
    ]);
  });

  test('names ten of ten without more, and counts what was read over all pages', async () => {
    const there = deployed();
    const ten = Array.from({ length: 10 }, (_, n) => item(`probe#${n}`, { status: 'RETRYING', dueAt: 1 }));
    expect(await what(there, ...ten)).toMatch(/probe 9$/);
    const other = deployed();
    answer(other, 'Scan', [{ ScannedCount: 3, LastEvaluatedKey: { id: { S: 'x' } } }, { ScannedCount: 4 }]);
    expect(await look(other, 'lost messages', { scan: true })).toEqual([
      { level: 'ok', check: 'lost messages', what: 'none among 7 items' },
    ]);
  });

  test('of an empty table, or one that is not described, costs nothing', () => {
    const nothing = { items: 0, megabytes: 0, dollars: 0 };
    expect([scanPrice({ Table: {} }), scanPrice({ Table: undefined })]).toEqual([nothing, nothing]);
  });
});

describe('what was staged, and is not sent', () => {
  const DAY_MS = 24 * HOUR_MS;

  test('is named a day after its job completed, beside what waits for a message', async () => {
    const there = deployed();
    const nowMs = there.world.clock.now();
    const put = (key: string, agoMs: number, owed = {}) => {
      const completedAt = new Date(nowMs - agoMs).toISOString();
      there.world.dynamoDb.put(JOBS_TABLE, {
        id: `probe#${key}`,
        type: 'probe',
        status: 'COMPLETED',
        completedAt,
        ...owed,
      });
    };
    put('sent', DAY_MS + 1);
    put('today', DAY_MS, { owed: true });
    expect(await look(there, 'lost messages', { scan: true })).toMatchObject([
      { what: expect.stringMatching(/^none/) },
    ]);
    put('old', DAY_MS + 1, { owed: true, leaseUntil: 1, dueAt: 1 });
    const owing = {
      level: 'bad',
      what: '1 jobs completed more than a day ago, and what they staged is not sent: probe old',
      todo: expect.stringContaining('send each again with the same id and payload'),
    };
    expect(await look(there, 'lost messages', { scan: true })).toMatchObject([owing]);
    there.world.dynamoDb.put(JOBS_TABLE, { id: 'probe#a', type: 'probe', status: 'RETRYING', dueAt: 1 });
    expect(await look(there, 'lost messages', { scan: true })).toMatchObject([
      { what: '1 jobs wait for a message that is gone: probe a' },
      owing,
    ]);
  });
});
