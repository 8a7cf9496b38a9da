import { type App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { grantSchedule } from '../../../lib/infra/index.ts';
import { makeApp, synthesize } from './support/fixture.ts';
import { arn, asText, ofType, one, rightsOfRole, statementsOf } from './support/template.ts';

const core = (context: object = {}) =>
  synthesize(makeApp({ context: { stage: 'prod', ...context } })).core?.resources ?? [];
const ROLE = { Description: 'Sluice, stage prod: lets EventBridge Scheduler send jobs' };
const group = arn('scheduler', 'schedule-group/sluice-prod-schedules');

describe('what schedules made at run time need', () => {
  const resources = core();

  test('is one group, in the stack that all types share', () => {
    expect(ofType(resources, 'AWS::Scheduler::ScheduleGroup').map(({ properties }) => properties.Name)).toEqual([
      'sluice-prod-schedules',
    ]);
  });

  test('is kept with its schedules when a stage that keeps its data goes', () => {
    expect(one(resources, 'AWS::Scheduler::ScheduleGroup').deletionPolicy).toBe('RetainExceptOnCreate');
    expect(one(core({ disposable: 'true' }), 'AWS::Scheduler::ScheduleGroup').deletionPolicy).toBe('Delete');
  });

  test('is a role that EventBridge Scheduler alone assumes, for this account and this group', () => {
    const { properties } = one(resources, 'AWS::IAM::Role', ROLE);
    expect(asText(properties.RoleName)).toBe(`sluice-prod-scheduler-\${AWS::Region}`);
    const { Statement } = properties.AssumeRolePolicyDocument as {
      Statement: { Condition: { StringEquals: object } }[];
    };
    expect(Statement).toMatchObject([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' } },
    ]);
    const conditions = Object.entries(Statement[0]?.Condition.StringEquals ?? {}).map(([name, value]) => [
      name,
      asText(value),
    ]);
    expect(Object.fromEntries(conditions)).toEqual({
      'aws:SourceAccount': `\${AWS::AccountId}`,
      'aws:SourceArn': group,
    });
  });

  test('may send to the queues of its stage and to its dead-letter queue, and no more', () => {
    const dead = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-_schedules-dlq' });
    expect(rightsOfRole(resources, one(resources, 'AWS::IAM::Role', ROLE).id)).toEqual(
      [`sqs:SendMessage ${arn('sqs', 'sluice-prod-*')}`, `sqs:SendMessage \${${dead.id}.Arn}`].toSorted(),
    );
  });

  test('may use the key of an encrypted stage through SQS alone', () => {
    const encrypted = core({ encryption: 'kms', region: 'eu-west-1' });
    const role = one(encrypted, 'AWS::IAM::Role', ROLE).id;
    const statements = ofType(encrypted, 'AWS::IAM::Policy')
      .filter(({ properties }) => JSON.stringify(properties.Roles).includes(role))
      .flatMap(({ properties }) => statementsOf(properties.PolicyDocument))
      .filter(({ actions }) => actions.some((action) => action.startsWith('kms:')));
    expect(statements).toMatchObject([
      {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        condition: { StringEquals: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] } },
      },
    ]);
  });
});

test('grantSchedule lets a role make and read schedules of these types, hand over the role, and send', () => {
  const stack = new Stack(makeApp({ context: { stage: 'prod' } }), 'a-b-settings');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grantSchedule(role, { stage: 'prod', types: ['plain'] });
  const deployed = synthesize(stack.node.root as App).settings?.resources ?? [];
  const schedules = arn('scheduler', 'schedule/sluice-prod-schedules/plain.*');
  const queue = arn('sqs', 'sluice-prod-plain');
  const pass = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/sluice-prod-scheduler-\${AWS::Region}`;
  expect(rightsOfRole(deployed, one(deployed, 'AWS::IAM::Role').id)).toEqual(
    [
      `iam:PassRole ${pass}`,
      ...['CreateSchedule', 'DeleteSchedule', 'GetSchedule', 'UpdateSchedule'].map(
        (one) => `scheduler:${one} ${schedules}`,
      ),
      'scheduler:ListSchedules *',
      ...['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map((one) => `sqs:${one} ${queue}`),
    ].toSorted(),
  );
  const statements = ofType(deployed, 'AWS::IAM::Policy').flatMap(({ properties }) =>
    statementsOf(properties.PolicyDocument),
  );
  expect(statements.find(({ actions }) => actions.includes('iam:PassRole'))?.condition).toEqual({
    StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
  });
});
