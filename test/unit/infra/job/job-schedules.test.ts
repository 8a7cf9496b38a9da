import { App, Stack } from 'aws-cdk-lib';
import { Annotations as AnnotationsOf, Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { JobSchedule } from '../../../../lib/contract/definition/schedule.ts';
import { decodeEnvelope } from '../../../../lib/contract/envelope.ts';
import { JobSchedules } from '../../../../lib/infra/job/job-schedules.ts';
import { jobs, makeApp, synthesize } from '../support/fixture.ts';
import { arn, arnOf, asText, ofType, one, rightsOfRole, statementsOf } from '../support/template.ts';

const entry = jobs[0]?.entry ?? '';
const NIGHTLY = { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: { text: '<b>"Hi"</b> $& <time>' } };
const BERLIN = { ...NIGHTLY, name: 'berlin', expression: 'cron(0 3 * * ? *)', timeZone: 'Europe/Berlin' };
const PROPS = { stage: 'prod', encrypted: false, disposable: true, runbook: 'runbook.md' };
const TIME = '2026-01-31T02:00:00Z';

function deploy(schedule: JobSchedule<{ text: string }>[], context: Record<string, unknown> = {}) {
  const payload = z.strictObject({ text: z.string() });
  const definition = defineJob({ type: 'tidy-up', payload, schedule });
  const app = makeApp({ jobs: [{ definition, entry }], context: { stage: 'prod', ...context } });
  return synthesize(app)['tidy-up']?.resources ?? [];
}

/** What the queue gets once EventBridge has put the time in. */
const received = (template: unknown, mark: string) =>
  decodeEnvelope(String(template).replaceAll(mark, TIME), 'tidy-up', Date.parse(TIME));

test('of a retired type nothing is left, and all else is', () => {
  const payload = z.strictObject({ text: z.string() });
  const definition = defineJob({ type: 'tidy-up', payload, schedule: [NIGHTLY, BERLIN], retired: true });
  const app = makeApp({ jobs: [{ definition, entry }], context: { stage: 'prod' } });
  const resources = synthesize(app)['tidy-up']?.resources ?? [];
  for (const type of ['AWS::Events::Rule', 'AWS::Scheduler::Schedule']) expect(ofType(resources, type)).toEqual([]);
  // Nor its dead-letter queue, its alarms, and what the dashboard shows of them.
  expect(JSON.stringify(resources)).not.toMatch(/nightly|berlin|schedules/);
  // All else stays: what was sent is run, and watched.
  for (const type of ['AWS::Lambda::EventSourceMapping', 'AWS::CloudWatch::CompositeAlarm'])
    expect(ofType(resources, type)).toHaveLength(1);
});

describe('without a time zone, a rule', () => {
  const resources = deploy([NIGHTLY]);
  const rule = one(resources, 'AWS::Events::Rule');
  const queue = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-tidy-up' });

  it('sends a job whose id is the scheduled time, its payload untouched', () => {
    expect(rule.properties).toMatchObject({ ScheduleExpression: 'cron(0 2 * * ? *)', State: 'ENABLED' });
    const [target] = rule.properties.Targets as {
      Arn: unknown;
      InputTransformer: { InputPathsMap: unknown; InputTemplate: string };
    }[];
    expect(target?.Arn).toEqual(arnOf(queue));
    expect(target?.InputTransformer.InputPathsMap).toEqual({ time: '$.time' });
    const template = target?.InputTransformer.InputTemplate ?? '';
    expect(template.match(/<[^>]*>/g)).toEqual(['<time>']);
    expect(received(template, '<time>')).toEqual({ id: `nightly:${TIME}`, type: 'tidy-up', payload: NIGHTLY.payload });
  });

  it('may send to the queue, and no other rule may', () => {
    const statements = ofType(resources, 'AWS::SQS::QueuePolicy').flatMap(({ properties }) =>
      statementsOf(properties.PolicyDocument),
    );
    const deadLetters = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-tidy-up_schedules-dlq' });
    expect(statements.filter(({ effect }) => effect === 'Allow')).toEqual(
      [queue, deadLetters].map((one) => ({
        effect: 'Allow',
        actions: ['sqs:SendMessage'],
        resources: [asText(arnOf(one))],
        principal: { Service: 'events.amazonaws.com' },
        // One condition for all rules of a queue: its policy has room for ten.
        condition: { ArnEquals: { 'aws:SourceArn': [arnOf(rule)] } },
      })),
    );
    const [target] = rule.properties.Targets as { DeadLetterConfig: unknown }[];
    expect(target?.DeadLetterConfig).toEqual({ Arn: arnOf(deadLetters) });
  });

  it('needs no role', () => {
    expect(ofType(resources, 'AWS::Scheduler::Schedule')).toEqual([]);
    expect(ofType(resources, 'AWS::IAM::Role')).toHaveLength(1);
  });
});

it('a time that a clock change leaves out is warned of when the stack is built', () => {
  const definition = defineJob({
    type: 'tidy-up',
    payload: z.object({}),
    schedule: [{ ...NIGHTLY, name: 'berlin', timeZone: 'Europe/Berlin', payload: {} }],
  });
  const stack = new Stack(new App(), 'S');
  const queue = new Queue(stack, 'Q');
  const nowMs = Date.parse('2026-12-01T00:00:00Z');
  new JobSchedules(stack, 'Schedules', { ...PROPS, definition, queue, nowMs });
  const [warning, ...others] = AnnotationsOf.fromStack(stack).findWarning('*', Match.anyValue());
  expect(others).toEqual([]);
  expect(warning?.entry.data).toContain(
    'tidy-up: schedule "berlin", "cron(0 2 * * ? *)" in Europe/Berlin: on 2027-03-28 there is no time from 02:00 to 03:00, and it is skipped; on 2027-10-31 ',
  );
});

describe('with a time zone, a schedule of EventBridge Scheduler', () => {
  const resources = deploy([BERLIN]);
  const schedule = one(resources, 'AWS::Scheduler::Schedule');
  const queue = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-tidy-up' });

  it('sends a job whose id is the scheduled time, its payload untouched', () => {
    expect(schedule.properties).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: { Arn: arnOf(queue) },
    });
    const { Input } = schedule.properties.Target as { Input: string };
    expect(received(Input, '<aws.scheduler.scheduled-time>')).toMatchObject({
      id: `berlin:${TIME}`,
      payload: BERLIN.payload,
    });
    expect(ofType(resources, 'AWS::Events::Rule')).toEqual([]);
  });

  it('has a role that may send to this queue and do nothing else, for Scheduler in this account alone', () => {
    const { RoleArn } = schedule.properties.Target as { RoleArn: { 'Fn::GetAtt': [string, string] } };
    const [id] = RoleArn['Fn::GetAtt'];
    const deadLetters = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-tidy-up_schedules-dlq' });
    const queues = [queue, deadLetters].map((one) => `sqs:SendMessage ${asText(arnOf(one))}`);
    expect(rightsOfRole(resources, id)).toEqual(queues.toSorted());
    expect(schedule.properties.Target).toMatchObject({ DeadLetterConfig: { Arn: arnOf(deadLetters) } });
    const role = ofType(resources, 'AWS::IAM::Role').find((resource) => resource.id === id);
    const [trust] = statementsOf(role?.properties.AssumeRolePolicyDocument);
    expect(trust?.principal).toEqual({ Service: 'scheduler.amazonaws.com' });
    const { StringEquals, ArnLike } = (trust?.condition ?? {}) as Record<string, Record<string, unknown>>;
    expect(asText(StringEquals?.['aws:SourceAccount'])).toBe(`\${AWS::AccountId}`);
    expect(asText(ArnLike?.['aws:SourceArn'])).toBe(arn('scheduler', 'schedule-group/sluice-prod-tidy-up-*'));
  });

  it('has a group of its own, whose name AWS takes and no other schedule has', () => {
    const long = { ...BERLIN, name: 'l'.repeat(40) };
    const groups = ofType(deploy([BERLIN, long]), 'AWS::Scheduler::ScheduleGroup');
    const names = groups.map(({ properties }) => String(properties.Name));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^sluice-prod-tidy-up-[0-9a-f]{8}$/);
    expect(schedule.properties.GroupName).toEqual({ Ref: one(resources, 'AWS::Scheduler::ScheduleGroup').id });
  });
});

describe('any schedule', () => {
  const statesOf = (resources: ReturnType<typeof deploy>) =>
    [...ofType(resources, 'AWS::Events::Rule'), ...ofType(resources, 'AWS::Scheduler::Schedule')].map(
      ({ properties }) => properties.State,
    );

  it('is disabled in the named stages', () => {
    const off = { offInStages: ['dev', 'prod'] };
    expect(
      statesOf(
        deploy([
          { ...NIGHTLY, ...off },
          { ...BERLIN, ...off },
        ]),
      ),
    ).toEqual(['DISABLED', 'DISABLED']);
    const elsewhere = { offInStages: ['dev'] };
    expect(statesOf(deploy([{ ...NIGHTLY, ...elsewhere }, BERLIN]))).toEqual(['ENABLED', 'ENABLED']);
  });

  it('is disabled by the context', () => {
    expect(statesOf(deploy([NIGHTLY, BERLIN], { schedules: 'off' }))).toEqual(['DISABLED', 'DISABLED']);
  });

  it('with a time zone is disabled on an emulator, which would not write the scheduled time', () => {
    expect(statesOf(deploy([NIGHTLY, BERLIN], { emulator: 'embedded' }))).toEqual(['ENABLED', 'DISABLED']);
  });

  it('with a payload that the schema refuses is not deployed', () => {
    const wrong = { ...NIGHTLY, payload: { text: 1 } } as unknown as typeof NIGHTLY;
    expect(() => deploy([wrong])).toThrow(
      'tidy-up: the payload of schedule "nightly" is refused: payload.text: Invalid',
    );
  });

  it('with a payload that is too long for EventBridge is not deployed', () => {
    const long = { ...NIGHTLY, payload: { text: 'x'.repeat(8192) } };
    expect(() => deploy([long])).toThrow(/schedule "nightly" makes 8\d{3} characters, EventBridge takes 8192/);
  });

  it.each([
    // New York is four hours behind UTC in July, Berlin two ahead.
    ['UTC', '2026-07-01T01:59Z', '2026-07-01T02:00Z'],
    ['America/New_York', '2026-07-01T05:59Z', '2026-07-01T06:00Z'],
    ['Europe/Berlin', '2026-06-30T23:59Z', '2026-07-01T00:00Z'],
  ])('in %s is deployed at %s, and refused at %s, when its last time has come', (timeZone, before, after) => {
    const expression = 'cron(0 1,2 1 7 ? 2025-2026)';
    const payload = { text: 'a' };
    const definition = defineJob({
      type: 'tidy-up',
      payload: z.strictObject({ text: z.string() }),
      schedule: [{ name: 'last', expression, timeZone, payload }],
    });
    const made = (at: string) => {
      const stack = new Stack(new App(), 'Stack');
      const queue = new Queue(stack, 'Queue');
      return new JobSchedules(stack, 'Schedules', { ...PROPS, definition, queue, nowMs: Date.parse(at) });
    };
    expect(() => made(before)).not.toThrow();
    const said = 'tidy-up: schedule "last" never fires: its last time is before 2026-07-01T02:00';
    expect(() => made(after)).toThrow(`${said} (${timeZone}), got "${expression}": take it out`);
  });
});
