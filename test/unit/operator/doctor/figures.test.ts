import { describe, expect, test } from 'vitest';
import { outgoing } from '../../../support/factories.ts';
import { JOBS_TABLE, type World } from '../../../support/world.ts';
import { answer, deployed, look, type There } from '../support/doctor.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DISPATCHER_LOG = '/aws/lambda/sluice-test-dispatcher';

/** A second type, of which the catalogue knows nothing. */
function addOther({ sqs }: World, settings = {}) {
  const given = { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * 24 * 3600, ...settings };
  sqs.createQueue('sluice-test-other', given);
  return sqs.createQueue('sluice-test-other-dlq', given);
}

describe('dead letters', () => {
  test('are counted by type, those that somebody looks at among them, with the way out', async () => {
    const there = deployed();
    addOther(there.world).add(outgoing('{}'), 'm');
    for (const id of ['a', 'b']) there.world.send({ id, payload: { do: 'permanent' } });
    await there.world.drain();
    there.world.deadLetters.receive(1);
    const finding = (type: string, count: number) => ({
      ...{ level: 'bad', check: 'dead letters', what: `${type} has ${count}` },
      todo: `npx sluice dead ${type} --stage test, fix the cause, then npx sluice dlq redrive ${type} --stage test`,
    });
    expect(await look(there, 'dead letters')).toEqual([finding('other', 1), finding('probe', 2)]);
  });
});

describe('queues that are not as their definitions say', () => {
  const fault = (what: string, type = 'probe') => ({
    ...{
      level: 'bad',
      check: 'retention',
      what,
      todo: `npx cdk deploy sluice-test-${type} --revert-drift -c stage=test (and every other -c of its last deploy)`,
    },
  });

  test('are named with what is wrong', async () => {
    const there = deployed();
    const short = { visibilityTimeoutSeconds: 30, retentionSeconds: 4 * 24 * 3600 };
    there.world.sqs.createQueue('sluice-test-probe', short);
    there.world.sqs.createQueue('sluice-test-probe-dlq', { ...short, retentionSeconds: 14 * 24 * 3600 - 1 });
    expect(await look(there, 'retention')).toEqual([
      fault('probe keeps messages for 4 days, its definition says 7'),
      fault('probe has no redrive policy to its dead-letter queue'),
      fault('dead letters of probe are kept for less than 14 days'),
    ]);
  });

  test('are looked at without a definition, too', async () => {
    const there = deployed();
    addOther(there.world);
    expect(await look(there, 'retention')).toEqual([
      fault('other has no redrive policy to its dead-letter queue', 'other'),
    ]);
  });
});

describe('a parked job', () => {
  const LATE_MS = 3 * MINUTE_MS;
  const listed = (...agesMs: number[]) => {
    const there = deployed();
    const nowMs = there.world.clock.now();
    for (const [i, ageMs] of agesMs.entries())
      there.world.dynamoDb.put(JOBS_TABLE, { id: `probe#${i}`, listKey: 'due#0', listAt: nowMs - ageMs });
    return there;
  };

  test('that is three minutes late is not overdue, a millisecond later it is', async () => {
    expect(await look(listed(LATE_MS), 'parked jobs')).toEqual([
      { level: 'ok', check: 'parked jobs', what: '1, none is overdue' },
    ]);
    expect(await look(listed(LATE_MS + 1, 10 * MINUTE_MS, 0), 'parked jobs')).toEqual([
      {
        ...{ level: 'bad', check: 'parked jobs', what: '2 of probe are overdue, the oldest by 10 minutes' },
        todo: `look at the latest errors in log group ${DISPATCHER_LOG}`,
      },
    ]);
  });

  test.each([
    [LATE_MS, 'more than 100000, none is overdue'],
    [4 * MINUTE_MS, 'more than 100000 of probe are overdue, the oldest by 4 minutes'],
  ])('of more than are read, %s ms late, is said to be among more', async (ageMs, what) => {
    const there = deployed();
    const listAt = { N: String(there.world.clock.now() - ageMs) };
    const Items = Array.from({ length: 12_500 }, (_, i) => ({ id: { S: `probe#${i}` }, listAt }));
    answer(there, 'Query', [{ Items, LastEvaluatedKey: { id: { S: 'x' } } }]);
    answer(there, 'BatchGetItem', [{ Responses: {} }]);
    expect(await look(there, 'parked jobs')).toMatchObject([{ what }]);
    expect(await look(there, 'deaths')).toMatchObject([{ what: 'the latest 100000, each was delivered' }]);
  });
});

test('of parked jobs that were not all read, those that are overdue are counted', async () => {
  const there = deployed();
  const nowMs = there.world.clock.now();
  const Items = Array.from({ length: 12_500 }, (_, i) => ({
    ...{ id: { S: `probe#${i}` }, listAt: { N: String(i === 0 ? nowMs - 600_000 : nowMs) } },
  }));
  answer(there, 'Query', [{ Items, LastEvaluatedKey: { id: { S: 'x' } } }]);
  answer(there, 'BatchGetItem', [{ Responses: {} }]);
  expect(await look(there, 'parked jobs')).toMatchObject([
    { what: '8 of probe are overdue, the oldest by 10 minutes' },
  ]);
});

describe('a death', () => {
  async function dead(...ids: string[]) {
    const there = deployed();
    for (const id of ids) there.world.send({ id, payload: { do: 'permanent' } });
    await there.world.drain();
    for (const id of ids) there.world.alter(id, { undelivered: true });
    return there;
  }
  const listAt = ({ world }: There) => Math.max(world.job('a')?.listAt ?? 0);

  test('that is pending for an hour is not reported, a millisecond later it is', async () => {
    const there = await dead('a');
    await there.world.clock.advance(listAt(there) + HOUR_MS - there.world.clock.now());
    expect(await look(there, 'deaths')).toEqual([
      { level: 'ok', check: 'deaths', what: '1 within the retention, each was delivered' },
    ]);
    await there.world.clock.advance(1);
    expect(await look(there, 'deaths')).toEqual([
      {
        ...{ level: 'note', check: 'deaths', what: '1 of probe could not be sent to the dead-letter queue' },
        todo: 'may its consumer send to the dead-letter queue? Look for job.dead-letter-failed in its log',
      },
    ]);
  });

  test('that was delivered is not reported, however old it is', async () => {
    const there = await dead('a');
    there.world.alter('a', { undelivered: undefined });
    await there.world.clock.advance(2 * HOUR_MS);
    expect(await look(there, 'deaths')).toEqual([
      { level: 'ok', check: 'deaths', what: '1 within the retention, each was delivered' },
    ]);
  });

  test('is reported by what is pending, with its types; one that runs again is not', async () => {
    const there = await dead('a', 'b', 'c');
    there.world.alter('b', { undelivered: 'event' });
    there.world.alter('c', { status: 'INPROGRESS' });
    there.world.dynamoDb.put(JOBS_TABLE, { ...there.world.job('b'), id: 'other#x', type: 'other' });
    await there.world.clock.advance(2 * HOUR_MS);
    const found = await look(there, 'deaths');
    expect(found.map(({ what }) => what.replace('other, probe', 'probe, other'))).toEqual([
      '1 of probe could not be sent to the dead-letter queue',
      '2 of probe, other are in the dead-letter queue, but their event could not be published',
    ]);
    expect(found[1]?.todo).toBe(
      'may its consumer put events on the default bus? Look for job.publish-failed in its log',
    );
  });
});
