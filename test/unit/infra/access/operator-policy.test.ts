import { describe, expect, test } from 'vitest';
import { makeApp, synthesize } from '../support/fixture.ts';
import { one } from '../support/template.ts';

const core = synthesize(makeApp({ context: { stage: 'prod', region: 'eu-west-1' } })).core?.resources ?? [];
const statementsOf = (kind: string) =>
  (
    one(core, 'AWS::IAM::ManagedPolicy', { ManagedPolicyName: `sluice-prod-${kind}-eu-west-1` }).properties
      .PolicyDocument as {
      Statement: { Action: string | string[]; Resource: unknown; Effect: string; Condition?: unknown }[];
    }
  ).Statement;
const actionsOf = (kind: string) => statementsOf(kind).flatMap(({ Action }) => [Action].flat());

describe('policies for operators', () => {
  test('for looking allow no action that changes, receives or sends', () => {
    expect(actionsOf('read')).toHaveLength(21);
    for (const action of actionsOf('read')) {
      expect(action).toMatch(/^[a-z]+:(Get|BatchGet|Describe|List|Query|Scan|Filter|StartQuery$)/);
    }
  });

  test('for looking let query the logs of this stage’s functions alone', () => {
    const query = statementsOf('read').find(({ Action }) => [Action].flat().includes('logs:StartQuery'));
    expect([query?.Action].flat().sort()).toEqual(['logs:FilterLogEvents', 'logs:GetQueryResults', 'logs:StartQuery']);
    expect(JSON.stringify(query?.Resource)).toContain('log-group:/aws/lambda/sluice-prod-*');
  });

  test('for changing allow dead letters, items and event sources of this stage', () => {
    expect(actionsOf('redrive').sort()).toEqual([
      ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'iam:PassRole'],
      'lambda:UpdateEventSourceMapping',
      ...['scheduler:CreateSchedule', 'scheduler:DeleteSchedule', 'scheduler:UpdateSchedule'],
      ...['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
    ]);
    const receive = statementsOf('redrive').find(({ Action }) => [Action].flat().includes('sqs:ReceiveMessage'));
    expect(JSON.stringify(receive?.Resource)).toContain('sluice-prod-*-dlq');
    const mapping = statementsOf('redrive').find(({ Action }) => Action === 'lambda:UpdateEventSourceMapping');
    expect(JSON.stringify(mapping?.Condition)).toContain('function:sluice-prod-*');
  });

  test('for changing hand the role of the stage’s schedules to EventBridge Scheduler alone', () => {
    const pass = statementsOf('redrive').find(({ Action }) => Action === 'iam:PassRole');
    expect(JSON.stringify(pass?.Resource)).toContain(':role/sluice-prod-scheduler-eu-west-1');
    expect(pass?.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
  });

  test('name a resource for each action that has one in IAM', () => {
    const everywhere = statementsOf('read').filter(({ Resource }) => Resource === '*');
    expect(everywhere.flatMap(({ Action }) => Action).sort()).toEqual([
      ...['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'events:ListRuleNamesByTarget'],
      ...['lambda:ListEventSourceMappings', 'scheduler:ListSchedules', 'sqs:ListQueues'],
    ]);
    expect(statementsOf('redrive').filter(({ Resource }) => Resource === '*')).toEqual([]);
  });
});
