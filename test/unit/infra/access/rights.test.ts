import { describe, expect, test } from 'vitest';
import { appId } from '../../../../lib/infra/functions/sluice-function.ts';
import { makeApp, synthesize } from '../support/fixture.ts';
import { arn, ofType, rightsOf, statementsOf } from '../support/template.ts';

const stacks = synthesize(makeApp({ context: { stage: 'prod' } }));
const table = arn('dynamodb', 'table/sluice-prod-jobs');
const queue = (name: string) => arn('sqs', `sluice-prod-${name}`);
const bus = arn('events', 'event-bus/default');
/** Lambda names log streams as it goes: the one wildcard that is needed. */
const streams = (name: string) => arn('logs', `log-group:/aws/lambda/sluice-prod-${name}:log-stream:*`);

describe('a role may do what its function does, and nothing else', () => {
  test('for a consumer', () => {
    expect(rightsOf(stacks.plain?.resources ?? [], 'sluice-prod-plain')).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:PartiQLInsert ${table}`,
      `dynamodb:PartiQLUpdate ${table}`,
      `dynamodb:UpdateItem ${table}`,
      `events:PutEvents ${bus}`,
      `logs:CreateLogStream ${streams('plain')}`,
      `logs:PutLogEvents ${streams('plain')}`,
      `sqs:ChangeMessageVisibility ${queue('plain')}`,
      `sqs:DeleteMessage ${queue('plain')}`,
      `sqs:GetQueueAttributes ${queue('plain')}`,
      `sqs:ReceiveMessage ${queue('plain')}`,
      `sqs:SendMessage ${queue('plain')}`,
      `sqs:SendMessage ${queue('plain-dlq')}`,
    ]);
  });

  test('for a consumer on the event bus: only with Sluice’s source', () => {
    const [statement] = ofType(stacks.plain?.resources ?? [], 'AWS::IAM::Policy')
      .flatMap(({ properties }) => statementsOf(properties.PolicyDocument))
      .filter(({ actions }) => actions.includes('events:PutEvents'));
    expect(statement?.condition).toEqual({ StringEquals: { 'events:source': 'sluice' } });
  });

  test('for the dispatcher: on the queues of its stage, whichever they are', () => {
    expect(rightsOf(stacks.core?.resources ?? [], 'sluice-prod-dispatcher')).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:PartiQLInsert ${table}`,
      `dynamodb:PartiQLUpdate ${table}`,
      `dynamodb:Query ${table}/index/lists`,
      `logs:CreateLogStream ${streams('dispatcher')}`,
      `logs:PutLogEvents ${streams('dispatcher')}`,
      `sqs:GetQueueUrl ${queue('*')}`,
      `sqs:SendMessage ${queue('*')}`,
    ]);
  });

  test('without managed policies; only Lambda may assume it', () => {
    const roles = Object.values(stacks).flatMap(({ resources }) => ofType(resources, 'AWS::IAM::Role'));
    expect(roles).toHaveLength(4);
    // The other is of schedules made at run time: run-time-schedules.test.ts.
    const ofFunctions = roles.filter(({ properties }) => properties.RoleName === undefined);
    expect(ofFunctions).toHaveLength(3);
    for (const { properties } of ofFunctions) {
      expect(properties).not.toHaveProperty('ManagedPolicyArns');
      expect(properties).not.toHaveProperty('Policies');
      const { Statement } = properties.AssumeRolePolicyDocument as { Statement: unknown };
      expect(Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('without wildcards, except for log streams, the queues of dispatcher and schedules, and X-Ray of traced types', () => {
    const policies = Object.values(stacks).flatMap(({ resources }) => ofType(resources, 'AWS::IAM::Policy'));
    const wild = policies
      .flatMap(({ properties }) => statementsOf(properties.PolicyDocument))
      .filter(({ actions, resources }) => [...actions, ...resources].some((text) => text.includes('*')));
    // X-Ray knows no resource to name (Service Authorization Reference, AWS X-Ray).
    const [traces, ...others] = wild.sort((a, b) => b.actions.join().localeCompare(a.actions.join()));
    expect(traces?.actions).toEqual(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']);
    const logs = others.filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
    const sends = others.filter((one) => !logs.includes(one));
    expect(sends.flatMap(({ resources }) => resources.filter((text) => text.includes('*')))).toEqual([
      ...[queue('*'), queue('*')],
    ]);
    expect(logs).toHaveLength(3);
    for (const { actions, resources } of logs) {
      expect(actions).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
      for (const resource of resources) expect(resource).toMatch(/^[^*]+:log-stream:\*$/);
    }
  });
});

describe('a function’s name in its user agent', () => {
  test('is whole up to 43 characters, and marked for Powertools', () => {
    expect(appId('a'.repeat(43))).toBe(`${'a'.repeat(43)}/PTEnv/`);
  });

  test('is cut beyond that; two names with the same start stay different', () => {
    const [one, other] = [appId(`${'a'.repeat(60)}-one`), appId(`${'a'.repeat(60)}-two`)];
    expect(one).toMatch(/^a{34}-[0-9a-f]{8}\/PTEnv\/$/);
    expect(other).not.toBe(one);
  });
});
