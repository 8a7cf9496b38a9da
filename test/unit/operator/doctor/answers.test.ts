import { describe, expect, test } from 'vitest';
import { doctor } from '../../../../lib/operator/index.ts';
import { tick } from '../../../support/control-plane.ts';
import { deployed, look } from '../support/doctor.ts';

const DISPATCHER_LOG = '/aws/lambda/sluice-test-dispatcher';

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
        todo:
          'aws events enable-rule --name one, or aws events enable-rule --name two, or ' +
          'npx cdk deploy sluice-test-core --revert-drift -c stage=test (and every other -c of its last deploy)',
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

  test('by doctor’s own job is of each type’s own definition', async () => {
    const there = deployed();
    const definitions = [{ ...there.world.definition, type: 'other' }, there.world.definition];
    const sleep = (ms: number) => there.world.clock.advance(ms);
    await doctor({ ...there.stage, sleep }, { definitions, synthetic: 'now' });
    expect(there.world.job('doctor-now')).toMatchObject({ type: 'probe', status: 'CANCELLED' });
  });

  test('of the dispatcher asks for its own function, and for the rules that call it', async () => {
    const there = deployed();
    await look(there, 'dispatcher');
    const inputOf = (call: string) => there.plane.calls.find(({ name }) => name === call)?.input;
    expect(inputOf('GetFunctionConfiguration')).toEqual({ FunctionName: 'sluice-test-dispatcher' });
    expect(inputOf('ListRuleNamesByTarget')).toEqual({
      TargetArn: 'arn:aws:lambda:us-east-1:1:function:sluice-test-dispatcher',
    });
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
