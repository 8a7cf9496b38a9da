import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { JobSchedule } from '../../../../lib/contract/definition/schedule.ts';
import { tickWindow } from '../../../../lib/infra/monitoring/ticks.ts';
import { jobs, makeApp, synthesize } from '../support/fixture.ts';
import { ofType, one } from '../support/template.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const HOURLY = { name: 'hourly', expression: 'rate(1 hour)', payload: {} };
const BERLIN = { name: 'berlin', expression: 'cron(0 3 * * ? *)', timeZone: 'Europe/Berlin', payload: {} };
const MONTHLY = { name: 'monthly', expression: 'cron(0 3 1 * ? *)', payload: {} };

function deploy(
  schedule: JobSchedule<Record<string, never>>[],
  context: Record<string, unknown> = {},
  retired = false,
) {
  const definition = defineJob({ type: 'tidy-up', payload: z.strictObject({}), schedule, retired });
  const app = makeApp({ jobs: [{ definition, entry: jobs[0]?.entry ?? '' }], context: { stage: 'prod', ...context } });
  return synthesize(app)['tidy-up']?.resources ?? [];
}

const alarmsIn = (resources: ReturnType<typeof deploy>) =>
  ofType(resources, 'AWS::CloudWatch::Alarm')
    .map(({ properties }) => String(properties.AlarmName).slice('sluice-prod-tidy-up-'.length))
    .filter((name) => /^(no-tick|schedules)/.test(name));

describe('a schedule must have fired within', () => {
  it.each([
    // Three ticks, but no less than a quarter of an hour and no more than a day.
    ['rate(1 minute)', 5, 3],
    ['rate(5 minutes)', 5, 3],
    ['rate(30 minutes)', 5, 18],
    ['rate(1 hour)', 60, 3],
    ['rate(6 hours)', 60, 18],
    ['rate(1 day)', 60, 24],
    ['cron(0 2 * * ? *)', 60, 24],
    // From 17:30 to 08:00 is the longest wait.
    ['cron(0/30 8-17 * * ? *)', 60, 24],
    ['cron(0,20 * * * ? *)', 5, 24],
  ])('%s: periods of %i min, %i of them', (expression, minutes, of) => {
    const window = tickWindow(expression, NOW_MS);
    expect([window?.period.toMinutes(), window?.of]).toEqual([minutes, of]);
  });

  it.each([
    'rate(25 hours)',
    'cron(0 2 1 * ? *)',
    'cron(0 2 ? * MON-FRI *)',
    'cron(0 2 ? 1-11 * *)',
    'cron(0 2 * * ? 2026)',
  ])('%s: no time, since more than a day may pass', (expression) =>
    expect(tickWindow(expression, NOW_MS)).toBeUndefined(),
  );
});

describe('the alarms of schedules', () => {
  const resources = deploy([HOURLY, BERLIN, MONTHLY]);
  const alarm = (end: string) =>
    one(resources, 'AWS::CloudWatch::Alarm', { AlarmName: `sluice-prod-tidy-up-${end}` }).properties;

  it('are one on what could not be sent, and one on each that ticks daily', () => {
    expect(alarmsIn(resources)).toEqual(['schedules-failed', 'no-tick-hourly', 'no-tick-berlin']);
  });

  it('tell of one dead tick, and of none in the time', () => {
    expect(alarm('schedules-failed')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'sluice-prod-tidy-up_schedules-dlq' }],
      ...{ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' },
    });
    for (const [end, periods] of [
      ['no-tick-hourly', 3],
      ['no-tick-berlin', 24],
    ] as const) {
      expect(alarm(end)).toMatchObject({
        ...{ Threshold: 1, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching', Statistic: 'Sum' },
        ...{ Period: 3600, EvaluationPeriods: periods, DatapointsToAlarm: periods },
      });
    }
  });

  it('read the metrics that EventBridge and its Scheduler document, by rule and by group', () => {
    const rule = one(resources, 'AWS::Events::Rule', { ScheduleExpression: HOURLY.expression });
    expect(alarm('no-tick-hourly')).toMatchObject({
      ...{ Namespace: 'AWS/Events', MetricName: 'Invocations' },
      Dimensions: [{ Name: 'RuleName', Value: { Ref: rule.id } }],
    });
    expect(alarm('no-tick-berlin')).toMatchObject({
      ...{ Namespace: 'AWS/Scheduler', MetricName: 'InvocationAttemptCount' },
      Dimensions: [{ Name: 'ScheduleGroup', Value: { Ref: one(resources, 'AWS::Scheduler::ScheduleGroup').id } }],
    });
  });

  it('notify the topic of the stage, with a link to the runbook', () => {
    for (const end of ['schedules-failed', 'no-tick-hourly', 'no-tick-berlin']) {
      expect(JSON.stringify(alarm(end).AlarmActions)).toContain(':sluice-prod-alarms');
      expect(alarm(end).AlarmDescription).toMatch(/Runbook: \S+#schedules-do-not-send$/);
    }
  });

  it('stand on the dashboard of the type', () => {
    const board = JSON.stringify(one(resources, 'AWS::CloudWatch::Dashboard').properties.DashboardBody);
    for (const name of alarmsIn(resources)) expect(board).toContain(`:alarm:sluice-prod-tidy-up-${name}`);
  });

  it('are left out of schedules that are switched off, and of types without schedules', () => {
    expect(alarmsIn(deploy([{ ...HOURLY, offInStages: ['prod'] }, BERLIN]))).toEqual([
      'schedules-failed',
      'no-tick-berlin',
    ]);
    expect(alarmsIn(deploy([HOURLY, BERLIN], { schedules: 'off' }))).toEqual(['schedules-failed']);
    expect(alarmsIn(deploy([HOURLY, BERLIN], { emulator: 'embedded' }))).toEqual([
      'schedules-failed',
      'no-tick-hourly',
    ]);
    expect(alarmsIn(deploy([]))).toEqual([]);
  });

  it('are gone, on the dashboard too, once the type is retired', () => {
    const retired = deploy([HOURLY], {}, true);
    expect(alarmsIn(retired)).toEqual([]);
    const board = JSON.stringify(one(retired, 'AWS::CloudWatch::Dashboard').properties.DashboardBody);
    expect(board).not.toMatch(/no-tick|schedules-failed/);
  });
});

it('the dead-letter queue of schedules has the key of the stage, and is kept with it', () => {
  const resources = deploy([HOURLY], { encryption: 'kms', region: 'eu-west-1' });
  const queue = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-tidy-up_schedules-dlq' });
  expect(JSON.stringify(queue.properties.KmsMasterKeyId)).toContain('alias/sluice-prod');
  expect(queue.deletionPolicy).toBe('RetainExceptOnCreate');
  expect(queue.properties.MessageRetentionPeriod).toBe(14 * 86_400);
});
