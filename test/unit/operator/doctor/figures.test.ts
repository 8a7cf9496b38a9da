import { describe, expect, test } from 'vitest';
import { queueSettings } from '../../../../lib/contract/definition/queue-settings.ts';
import { doctor, type Finding, scanPrice } from '../../../../lib/operator/index.ts';
import { makeControlPlane, tick } from '../../../support/control-plane.ts';
import { outgoing } from '../../../support/factories.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DISPATCHER_LOG = '/aws/lambda/sluice-test-dispatcher';

function deployed() {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  return { world, plane, stage: stageOf(world, plane.aws) };
}
type There = ReturnType<typeof deployed>;

async function look({ world, stage }: There, check: string, more = {}): Promise<Finding[]> {
  const findings = await doctor(stage, { definitions: [world.definition], ...more });
  return findings.filter((finding) => finding.check === check);
}

/** A second type, of which the catalogue knows nothing. */
function addOther({ sqs }: World, settings = {}) {
  const given = { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * 24 * 3600, ...settings };
  sqs.createQueue('sluice-test-other', given);
  return sqs.createQueue('sluice-test-other-dlq', given);
}

/** What DynamoDB answers to a query or scan, in place of the table's own items. */
function answer({ world }: There, name: string, answers: readonly object[]) {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const inputs: Record<string, unknown>[] = [];
  client.send = async (command) => {
    if (command.constructor.name !== `${name}Command`) return send(command);
    inputs.push((command as { input: Record<string, unknown> }).input);
    return answers[inputs.length - 1] ?? answers.at(-1) ?? {};
  };
  return inputs;
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

const deployOf = (stack: string) =>
  `npx cdk deploy ${stack} --revert-drift -c stage=test (and every other -c of its last deploy)`;

describe('queues that are not as their definitions say', () => {
  const fault = (what: string, type = 'probe') => ({
    ...{ level: 'bad', check: 'retention', what, todo: deployOf(`sluice-test-${type}`) },
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
        ...{ level: 'bad', check: 'parked jobs', what: '2 are overdue, the oldest by 10 minutes' },
        todo: `look at the latest errors in log group ${DISPATCHER_LOG}`,
      },
    ]);
  });

  test.each([
    [LATE_MS, 'more than 100000, none is overdue'],
    [4 * MINUTE_MS, 'more than 100000 are overdue, the oldest by 4 minutes'],
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

describe('a scan for lost messages', () => {
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

describe('alarms', () => {
  test('of an emulator are told by its endpoint, too, and a type without one is named beside them', async () => {
    const there = deployed();
    there.plane.alarms.splice(0, 1, { AlarmName: 'sluice-test-core-x', StateValue: 'OK' });
    there.plane.alarms.push({ AlarmName: 'sluice-test-core-y', StateValue: 'ALARM' });
    const stage = { ...there.stage, endpoint: 'http://localhost:4566' };
    expect(await look({ ...there, stage }, 'alarms')).toMatchObject([
      {
        level: 'note',
        what: expect.stringMatching(/^2, 1 on: sluice-test-core-y; this is an emulator, whose alarms prove/),
      },
      { level: 'bad', what: 'probe has none', todo: 'start npm run local again' },
    ]);
    there.plane.alarms.push({ AlarmName: 'sluice-test-core-z', StateValue: 'ALARM' });
    expect((await look({ ...there, stage }, 'alarms'))[0]?.what).toMatch(
      / 2 on: sluice-test-core-y, sluice-test-core-z;/,
    );
  });

  test('are read with the token of the page before, and an answer without any is none', async () => {
    const there = deployed();
    for (let i = 0; i < 4; i++) there.plane.alarms.push({ AlarmName: `sluice-test-probe-${i}`, StateValue: 'OK' });
    await look(there, 'alarms');
    const asked = there.plane.calls.filter(({ name }) => name === 'DescribeAlarms').map(({ input }) => input);
    expect(asked.map((input) => (input as { NextToken?: string }).NextToken)).toEqual([undefined, '2', '4']);
    there.plane.aws.cloudWatch.send = (async () => ({})) as never;
    expect(await look(there, 'alarms')).toMatchObject([{ level: 'bad', what: 'probe has none' }]);
  });

  test('without a description are named alone', async () => {
    const there = deployed();
    const AlarmName = 'sluice-test-probe-x';
    there.plane.alarms.splice(0, 1, { AlarmName, StateValue: 'ALARM' });
    expect(await look(there, 'alarms')).toEqual([
      { level: 'bad', check: 'alarms', what: `${AlarmName} is on`, todo: 'look at it in the CloudWatch console' },
    ]);
  });
});

describe('the dispatcher', () => {
  test.each([
    ['three minutes ago', 180_000, 'ok', 'ticked 180 s ago'],
    ['a second and a half ago', 1500, 'ok', 'ticked 2 s ago'],
  ])('that ticked %s is well', async (_, ageMs, level, what) => {
    const there = deployed();
    there.plane.logs.set(DISPATCHER_LOG, [tick(there.world.clock.now() - ageMs)]);
    expect(await look(there, 'dispatcher')).toEqual([{ level, check: 'dispatcher', what }]);
  });

  test('with several rules, all disabled, is enabled by any of them', async () => {
    const there = deployed();
    there.plane.rules.splice(0, 1, { Name: 'one', State: 'DISABLED' }, { Name: 'two', State: 'DISABLED' });
    expect(await look(there, 'dispatcher')).toMatchObject([
      {
        what: 'rule one, two is disabled: parked jobs do not start',
        todo: `aws events enable-rule --name one, or aws events enable-rule --name two, or ${deployOf('sluice-test-core')}`,
      },
    ]);
  });

  test('of which AWS says nothing did not tick, or has no rule', async () => {
    const there = deployed();
    there.plane.aws.logs.send = (async () => ({
      events: [{ message: 'dispatch.finished' }, { timestamp: 9 }],
    })) as never;
    expect(await look(there, 'dispatcher')).toMatchObject([{ what: 'did not finish a tick within 3 minutes' }]);
    there.plane.aws.logs.send = (async () => ({})) as never;
    expect(await look(there, 'dispatcher')).toMatchObject([{ what: 'did not finish a tick within 3 minutes' }]);
    there.plane.aws.eventBridge.send = (async () => ({})) as never;
    expect(await look(there, 'dispatcher')).toMatchObject([
      { what: 'no rule calls the dispatcher: parked jobs do not start' },
    ]);
  });
});

describe('a check', () => {
  test('that fails with what is no error says so', async () => {
    const there = deployed();
    there.plane.aws.cloudFormation.send = () => Promise.reject('down');
    expect(await look(there, 'stacks')).toEqual([
      { level: 'unknown', check: 'stacks', what: 'could not be looked at: Error: down' },
    ]);
  });

  test('of a stack that CloudFormation does not describe says that it is absent', async () => {
    const there = deployed();
    there.plane.aws.cloudFormation.send = (async () => ({})) as never;
    expect((await look(there, 'stacks')).map(({ what }) => what)).toEqual([
      'sluice-test-core is absent',
      'sluice-test-probe is absent',
    ]);
  });

  test('by doctor’s own job whose name another job has is a fault', async () => {
    const there = deployed();
    there.world.send({ id: 'doctor-now' });
    await there.world.drain();
    expect(await look(there, 'synthetic job', { synthetic: 'now' })).toEqual([
      {
        ...{ level: 'bad', check: 'synthetic job', what: 'probe: the jobs table did not take it', todo: 'try again' },
      },
    ]);
    expect(there.world.queue.messages()).toEqual([]);
  });
});
