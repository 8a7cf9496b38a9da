import { describe, expect, test } from 'vitest';
import { doctor, type Finding } from '../../../../lib/operator/index.ts';
import { type ControlPlane, makeControlPlane, tick } from '../../../support/control-plane.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

function deployed(): { world: World; plane: ControlPlane } {
  const world = makeWorld();
  return { world, plane: makeControlPlane('probe', world.clock.now()) };
}

async function look({ world, plane }: ReturnType<typeof deployed>, check?: string): Promise<Finding[]> {
  const findings = await doctor(stageOf(world, plane.aws), { definitions: [world.definition] });
  return findings.filter((finding) => check === undefined || finding.check === check);
}

const DISPATCHER_LOG = '/aws/lambda/sluice-test-dispatcher';

test('doctor finds nothing in a stage that is well', async () => {
  expect(await look(deployed())).toEqual([
    { level: 'ok', check: 'stacks', what: '2 deployed' },
    { level: 'ok', check: 'event sources', what: '1 running' },
    { level: 'ok', check: 'dispatcher', what: 'ticked 20 s ago' },
    { level: 'ok', check: 'alarms', what: '1, none is on' },
    { level: 'ok', check: 'dead letters', what: 'none' },
    { level: 'ok', check: 'retention', what: '1 queues as their definitions say' },
    { level: 'ok', check: 'parked jobs', what: '0, none is overdue' },
    { level: 'ok', check: 'deaths', what: '0 within the retention, each was delivered' },
  ]);
});

test('doctor reports each check when it has ended, in order', async () => {
  const { world, plane } = deployed();
  const reported: Finding[][] = [];
  const onFindings = (findings: readonly Finding[]) => void reported.push([...findings]);
  const all = await doctor(stageOf(world, plane.aws), { definitions: [world.definition], onFindings });
  expect(reported).toHaveLength(9);
  expect(reported.flat()).toEqual(all);
});

test.each([
  [0, 'bad', 'core is of an earlier version (schema 0, this version has 1): consumers of this one keep their messages'],
  [2, 'note', 'core is of a newer version (schema 2, this version has 1)'],
] as const)('doctor reports a core whose number is %i', async (schema, level, what) => {
  const there = deployed();
  there.world.dynamoDb.put(JOBS_TABLE, { id: '~schema', schema });
  expect(await look(there, 'dispatcher')).toMatchObject([{ level, what }]);
});

const deployOf = (stack: string) => `npx cdk deploy ${stack} -c stage=test (and every other -c of its last deploy)`;

describe('doctor looks at stacks, and', () => {
  test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'])('takes %s for well', async (status) => {
    const there = deployed();
    there.plane.stacks.set('sluice-test-probe', status);
    expect(await look(there, 'stacks')).toMatchObject([{ level: 'ok' }]);
  });

  test.each([
    'ROLLBACK_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'UPDATE_ROLLBACK_FAILED',
    'IMPORT_ROLLBACK_COMPLETE',
    'CREATE_FAILED',
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'DELETE_FAILED',
    'DELETE_COMPLETE',
    'REVIEW_IN_PROGRESS',
  ])('takes %s for a fault', async (status) => {
    const there = deployed();
    there.plane.stacks.set('sluice-test-probe', status);
    expect(await look(there, 'stacks')).toEqual([
      {
        ...{ level: 'bad', check: 'stacks', what: `sluice-test-probe is ${status}` },
        todo: `look at its events in the CloudFormation console, then ${deployOf('sluice-test-probe')}`,
      },
    ]);
  });

  test('names one that does not exist', async () => {
    const there = deployed();
    there.plane.stacks.delete('sluice-test-core');
    there.plane.gone.add('sluice-test-dispatcher');
    expect(await look(there, 'stacks')).toEqual([
      { level: 'bad', check: 'stacks', what: 'sluice-test-core does not exist', todo: deployOf('sluice-test-core') },
    ]);
  });

  test('misses none where constructs made stage and type in a stack of a team’s own', async () => {
    const there = deployed();
    there.plane.stacks.clear();
    expect(await look(there, 'stacks')).toEqual([{ level: 'ok', check: 'stacks', what: '2 deployed' }]);
  });

  test('notes a type of the catalogue that is not deployed', async () => {
    const { world, plane } = deployed();
    const other = { ...world.definition, type: 'other' };
    const findings = await doctor(stageOf(world, plane.aws), { definitions: [world.definition, other] });
    expect(findings[0]).toEqual({
      ...{ level: 'note', check: 'stacks', what: 'other is in the catalogue and not deployed' },
      todo: deployOf('sluice-test-other'),
    });
  });

  test('notes a deployed type that the catalogue lacks, with how it is removed', async () => {
    const { world, plane } = deployed();
    const findings = await doctor(stageOf(world, plane.aws), { definitions: [] });
    expect(findings.filter(({ check }) => check === 'stacks')).toEqual([
      {
        ...{ level: 'note', check: 'stacks', what: 'probe is deployed and not in the catalogue' },
        todo:
          'leave it if another branch has it; else bring its definition back with retired: true, deploy it, and this check ' +
          'says how it goes (lib/infra/job/README.md, "Remove a type")',
      },
    ]);
  });

  test('cannot tell what CloudFormation refuses to say', async () => {
    const there = deployed();
    there.plane.aws.cloudFormation.send = () =>
      Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    expect(await look(there, 'stacks')).toEqual([
      { level: 'unknown', check: 'stacks', what: 'could not be looked at: AccessDenied: no' },
    ]);
  });
});

describe('doctor looks at event sources, and', () => {
  test('names one that is paused, with the way to resume it', async () => {
    const there = deployed();
    for (const source of there.plane.eventSources.values()) source.state = 'Disabled';
    expect(await look(there, 'event sources')).toEqual([
      {
        ...{ level: 'bad', check: 'event sources', what: 'probe is paused: its jobs wait' },
        todo: 'npx sluice resume probe --stage test',
      },
    ]);
  });

  test('names a type without one', async () => {
    const there = deployed();
    there.plane.eventSources.clear();
    expect(await look(there, 'event sources')).toEqual([
      {
        ...{ level: 'bad', check: 'event sources', what: 'probe has none: its jobs wait' },
        todo: deployOf('sluice-test-probe --revert-drift'),
      },
    ]);
  });
});

describe('doctor looks at the dispatcher, and', () => {
  const finding = (what: string, todo: string) => [{ level: 'bad', check: 'dispatcher', what, todo }];

  test('names a rule that is disabled, with the command that enables it', async () => {
    const there = deployed();
    there.plane.rules.splice(0, 1, { Name: 'each-minute', State: 'DISABLED' });
    expect(await look(there, 'dispatcher')).toEqual(
      finding(
        'rule each-minute is disabled: parked jobs do not start',
        `aws events enable-rule --name each-minute, or ${deployOf('sluice-test-core --revert-drift')}`,
      ),
    );
    there.plane.rules.push({ Name: 'other', State: 'ENABLED' });
    expect(await look(there, 'dispatcher')).toMatchObject([{ level: 'ok' }]);
  });

  test('says that no rule calls it', async () => {
    const there = deployed();
    there.plane.rules.length = 0;
    expect(await look(there, 'dispatcher')).toEqual(
      finding('no rule calls the dispatcher: parked jobs do not start', deployOf('sluice-test-core --revert-drift')),
    );
  });

  test.each([
    ['within three minutes', 179_000, 'ok', 'ticked 179 s ago'],
    ['longer ago', 181_000, 'bad', 'did not finish a tick within 3 minutes'],
  ])('finds a tick that ended %s', async (_, ageMs, level, what) => {
    const there = deployed();
    there.plane.logs.set(DISPATCHER_LOG, [tick(there.world.clock.now() - ageMs)]);
    expect(await look(there, 'dispatcher')).toMatchObject([{ level, what }]);
  });

  test('takes the latest tick, and no other line', async () => {
    const there = deployed();
    const now = there.world.clock.now();
    there.plane.logs.set(DISPATCHER_LOG, [tick(now - 100_000), tick(now - 40_000)]);
    expect(await look(there, 'dispatcher')).toMatchObject([{ what: 'ticked 40 s ago' }]);
    there.plane.logs.set(DISPATCHER_LOG, [{ timestamp: now - 1000, message: 'START' }]);
    expect(await look(there, 'dispatcher')).toEqual(
      finding('did not finish a tick within 3 minutes', `look at the latest errors in log group ${DISPATCHER_LOG}`),
    );
    expect(there.plane.calls.find(({ name }) => name === 'FilterLogEvents')?.input).toEqual({
      logGroupName: DISPATCHER_LOG,
      startTime: now - 180_000,
      filterPattern: '{ $.message = "dispatch.finished" }',
    });
  });
});

describe('doctor looks at alarms, and', () => {
  const finding = (level: string, what: string, todo: string) => [{ level, check: 'alarms', what, todo }];
  const AlarmName = 'sluice-test-probe-dead-letters';

  test('says of one that is on what it means and what to do', async () => {
    const there = deployed();
    const todo = 'Each failed for good: look at why (npx sluice dead). Runbook: lib/operator/README.md#dlq';
    const AlarmDescription = `Sluice test probe: jobs are in the dead-letter queue. ${todo}`;
    there.plane.alarms.splice(0, 1, { AlarmName, StateValue: 'ALARM', AlarmDescription });
    expect(await look(there, 'alarms')).toEqual(
      finding('bad', `${AlarmName} is on: jobs are in the dead-letter queue`, todo),
    );
    there.plane.alarms.splice(0, 1, { AlarmName, StateValue: 'ALARM', AlarmDescription: 'Odd' });
    expect(await look(there, 'alarms')).toEqual(
      finding('bad', `${AlarmName} is on: Odd`, 'look at it in the CloudWatch console'),
    );
  });

  test('notes one that notifies nobody', async () => {
    const there = deployed();
    there.plane.alarms.splice(0, 1, { AlarmName, StateValue: 'OK', ActionsEnabled: false });
    expect(await look(there, 'alarms')).toEqual(
      finding(
        'note',
        `${AlarmName} notifies nobody: its actions are disabled`,
        'enable them in the CloudWatch console',
      ),
    );
  });

  test('names a type without one; a type of a longer name has its own', async () => {
    const there = deployed();
    there.plane.alarms.splice(0, 1, { AlarmName: 'sluice-test-probes-dead-letters', StateValue: 'OK' });
    expect(await look(there, 'alarms')).toEqual(
      finding('bad', 'probe has none', deployOf('sluice-test-probe --revert-drift')),
    );
  });

  test('says of an emulator what its alarms are worth, on or off, and finds no fault by them', async () => {
    const there = deployed();
    const arnOf = (account: string) => `arn:aws:cloudwatch:us-east-1:${account}:alarm:${AlarmName}`;
    const on = { AlarmName, StateValue: 'ALARM', AlarmDescription: 'Odd', ActionsEnabled: false } as const;
    const worth = expect.stringMatching(
      /MiniStack ignores an alarm’s dimensions.* only when a metric or an alarm is put/,
    );
    there.plane.alarms.splice(0, 1, { ...on, AlarmArn: arnOf('000000000000') });
    expect(await look(there, 'alarms')).toEqual([
      {
        level: 'note',
        check: 'alarms',
        what: expect.stringMatching(`^1, 1 on: ${AlarmName}; this is an emulator`),
        todo: worth,
      },
    ]);
    there.plane.alarms.splice(0, 1, { ...on, AlarmArn: arnOf('000000000000'), StateValue: 'OK' });
    expect(await look(there, 'alarms')).toMatchObject([
      { level: 'note', what: expect.stringMatching(/^1, none is on;/), todo: worth },
    ]);
    there.plane.alarms.splice(0, 1, { ...on, AlarmArn: arnOf('123456789012') });
    expect(await look(there, 'alarms')).toMatchObject([{ level: 'bad', what: `${AlarmName} is on: Odd` }]);
  });

  test('reads them page by page', async () => {
    const there = deployed();
    for (let i = 0; i < 5; i++) there.plane.alarms.push({ AlarmName: `sluice-test-probe-${i}`, StateValue: 'OK' });
    expect(await look(there, 'alarms')).toMatchObject([{ level: 'ok', what: '6, none is on' }]);
    const [first] = there.plane.calls.filter(({ name }) => name === 'DescribeAlarms');
    expect(first?.input).toEqual({ MaxRecords: 100, AlarmNamePrefix: 'sluice-test-', AlarmTypes: ['MetricAlarm'] });
  });
});

describe('doctor’s own job', () => {
  async function examine(answers: (world: World, plane: ControlPlane) => Promise<void>) {
    const { world, plane } = deployed();
    const sleep = async (ms: number) => {
      await world.clock.advance(ms);
      await answers(world, plane);
    };
    const options = { definitions: [world.definition], synthetic: 'now' };
    const findings = await doctor({ ...stageOf(world, plane.aws), sleep }, options);
    return { world, plane, findings: findings.filter(({ check }) => check === 'synthetic job') };
  }
  const logged = (world: World, plane: ControlPlane) =>
    plane.logs.set(
      '/aws/lambda/sluice-test-probe',
      world.output.logs().map((line) => ({ timestamp: world.clock.now(), message: JSON.stringify(line) })),
    );

  test('passes queue, consumer and table, and runs no handler', async () => {
    let looks = 0;
    const { world, findings } = await examine(async (one, plane) => {
      looks += 1;
      if (looks === 3) await one.deliver();
      logged(one, plane);
    });
    expect(findings).toEqual([{ level: 'ok', check: 'synthetic job', what: 'probe answered in 3.0 s' }]);
    expect([world.starts, world.queue.messages(), world.job('doctor-now')?.status]).toEqual([[], [], 'CANCELLED']);
  });

  test('that is not answered for a minute is a fault', async () => {
    const { world, findings } = await examine(async () => undefined);
    expect(findings).toEqual([
      {
        ...{ level: 'bad', check: 'synthetic job', what: 'probe did not answer within 60 s' },
        todo: 'look at the latest errors in log group /aws/lambda/sluice-test-probe; does its event source run?',
      },
    ]);
    expect(world.queue.messages().map(({ body }) => body)).toEqual(['{"id":"doctor-now","payload":null}']);
  });

  test.each([
    ['refuses it', { kind: 'partly', indexes: [0], code: 'InternalError' }, 'InternalError: injected'],
    ['does not answer for it', { kind: 'unanswered', indexes: [0], taken: false }, 'try again'],
  ] as const)('is a fault if SQS %s', async (_, fault, todo) => {
    const { world, plane } = deployed();
    world.sqs.faults.plan('SendMessageBatch', fault);
    const findings = await doctor(stageOf(world, plane.aws), { definitions: [world.definition], synthetic: 'now' });
    expect(findings.at(-1)).toEqual({
      ...{ level: 'bad', check: 'synthetic job', what: 'probe: SQS refused it', todo },
    });
  });

  test('goes to no type that the catalogue lacks', async () => {
    const { world, plane } = deployed();
    const findings = await doctor(stageOf(world, plane.aws), { definitions: [], synthetic: 'now' });
    expect(findings.at(-1)).toEqual({
      ...{ level: 'note', check: 'synthetic job', what: 'probe is not in the catalogue' },
      todo: 'run doctor in a checkout whose catalogue has it',
    });
  });
});

test('doctor reads the event sources of all types by pages, not by type', async () => {
  const there = deployed();
  for (const name of ['a', 'b', 'c']) {
    for (const queue of [name, `${name}-dlq`])
      there.world.sqs.createQueue(`sluice-test-${queue}`, { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
    there.plane.stacks.set(`sluice-test-${name}`, 'CREATE_COMPLETE');
    there.plane.eventSources.set(`sluice-test-${name}`, { state: 'Enabled', next: [] });
  }
  expect(await look(there, 'event sources')).toMatchObject([{ level: 'ok', what: '4 running' }]);
  const asked = there.plane.calls.filter(({ name }) => name === 'ListEventSourceMappings');
  expect(asked.filter(({ input }) => 'FunctionName' in (input as object))).toEqual([]);
});
