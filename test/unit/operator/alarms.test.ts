import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/index.ts';
import { dispatcherAlarmName } from '../../../lib/infra/monitoring/alarm-names.ts';
import { alarmStates } from '../../../lib/operator/index.ts';
import { HANDLER, jobs, makeApp, synthesize } from '../infra/support/fixture.ts';
import { deployed } from './support/doctor.ts';

const RUNBOOK = 'lib/operator/README.md#dead-letter-queue-not-empty';
const WHAT = 'jobs are in the dead-letter queue';
const ADVICE = 'Each failed for good: look at why (npx sluice dead --stage test), fix the cause.';
const AlarmDescription = `Sluice test probe: ${WHAT}. ${ADVICE} Runbook: ${RUNBOOK}`;

describe('the alarms of a stage', () => {
  test('are read in pages, those that are on first', async () => {
    const { plane, stage } = deployed();
    const StateTransitionedTimestamp = new Date(1_700_000_000_000);
    plane.alarms.splice(0, 1);
    for (const name of ['e', 'a', 'c']) plane.alarms.push({ AlarmName: `sluice-test-${name}`, StateValue: 'OK' });
    plane.alarms.push({
      ...{ AlarmName: 'sluice-test-probe-dlq-not-empty', StateValue: 'ALARM', AlarmDescription },
      ...{ StateTransitionedTimestamp, StateUpdatedTimestamp: new Date(1_700_000_900_000) },
    });
    plane.alarms.push({ AlarmName: 'sluice-prod-a', StateValue: 'ALARM' });
    const views = await alarmStates(stage);
    expect(views.map(({ name }) => name)).toEqual([
      'sluice-test-probe-dlq-not-empty',
      ...['sluice-test-a', 'sluice-test-c', 'sluice-test-e'],
    ]);
    expect(views[0]).toEqual({
      ...{ name: 'sluice-test-probe-dlq-not-empty', type: 'probe', state: 'ALARM', sinceMs: 1_700_000_000_000 },
      ...{ what: WHAT, todo: ADVICE, runbook: RUNBOOK },
    });
    expect(plane.calls.map(({ name }) => name)).toEqual(['DescribeAlarms', 'DescribeAlarms']);
  });

  test('are given on an emulator, too, with when CloudWatch looked last', async () => {
    const { plane, stage } = deployed();
    plane.alarms.splice(0, 1, { AlarmName: 'sluice-test-x', StateUpdatedTimestamp: new Date(5000) });
    expect(await alarmStates({ ...stage, endpoint: 'http://127.0.0.1:4566' })).toEqual([
      { name: 'sluice-test-x', state: 'INSUFFICIENT_DATA', sinceMs: 5000, what: '', todo: '' },
    ]);
  });

  test.each([
    ['Sluice shop/prod: the dispatcher fails: none is lost. Look.', { what: 'the dispatcher fails: none is lost' }],
    ['Somebody else’s. Call them.', { what: 'Somebody else’s. Call them.', todo: '' }],
    ['Sluice prod mail: jobs stall', { type: 'mail', what: 'jobs stall', todo: '' }],
  ])('are described by %j', async (text, parts) => {
    const { plane, stage } = deployed();
    plane.alarms.splice(0, 1, { AlarmName: 'sluice-test-x', StateValue: 'OK', AlarmDescription: text });
    expect(await alarmStates(stage)).toMatchObject([parts]);
  });

  test('stop between their calls', async () => {
    const { plane, stage } = deployed();
    await expect(alarmStates(stage, { signal: AbortSignal.abort(new Error('closed')) })).rejects.toThrow('closed');
    expect(plane.calls).toEqual([]);
  });
});

/** Each alarm that a stack has, as CloudWatch answers it. */
test('each alarm that is deployed says its type, what it means, what to do and where its runbook is', async () => {
  const { plane, stage } = deployed();
  const ticking = defineJob({
    ...{ type: 'ticking', payload: z.object({}) },
    schedule: [
      { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: {} },
      { name: 'kolkata', expression: 'cron(0/5 * * * ? *)', timeZone: 'Asia/Kolkata', payload: {} },
    ],
  });
  const all = [...jobs, { definition: ticking, entry: HANDLER }];
  const stacks = synthesize(makeApp({ jobs: all, context: { stage: 'test', region: 'eu-west-1' } }));
  plane.alarms.length = 0;
  for (const { resources } of Object.values(stacks)) {
    for (const { type, properties } of resources) {
      if (type === 'AWS::CloudWatch::Alarm') plane.alarms.push({ StateValue: 'OK', ...properties });
    }
  }
  const views = await alarmStates(stage);
  expect(views.length).toBeGreaterThan(12);
  const odd = views.filter(
    ({ what, todo, runbook }) => /\. |Runbook|^Sluice/.test(what) || !/^[A-Z]/.test(todo) || !runbook,
  );
  expect(odd).toEqual([]);
  for (const { name, type } of views) {
    if (type !== undefined) expect(name).toMatch(new RegExp(`^sluice-test-${type}-`));
    else expect(name).toMatch(/^sluice-test-(dispatcher-|schedules-failed$)/);
  }
  const known = views.map(({ name }) => name);
  expect(known).toContain(dispatcherAlarmName('test', 'noTick'));
  expect(known).toContain('sluice-test-ticking-no-tick-nightly');
  expect(known).toContain('sluice-test-ticking-schedules-failed');
});
