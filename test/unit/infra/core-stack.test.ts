import { describe, expect, test } from 'vitest';
import { makeApp, synthesize } from './support/fixture.ts';
import { arnOf, one, statementsOf } from './support/template.ts';

const resources = synthesize(makeApp({ context: { stage: 'prod' } })).core?.resources ?? [];
const dispatcher = one(resources, 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-dispatcher' });

describe('jobs table', () => {
  const { properties } = one(resources, 'AWS::DynamoDB::GlobalTable', { TableName: 'sluice-prod-jobs' });

  test('has one key, expires, and grows with its load', () => {
    expect(properties).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: false },
    });
  });

  test('lists parked and dead jobs in sparse indexes of keys, of all types and of each', () => {
    expect(properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'lists',
        KeySchema: [
          { AttributeName: 'listKey', KeyType: 'HASH' },
          { AttributeName: 'listAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'typeLists',
        KeySchema: [
          { AttributeName: 'type', KeyType: 'HASH' },
          { AttributeName: 'listKey', KeyType: 'HASH' },
          { AttributeName: 'listAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    expect(properties.AttributeDefinitions).toEqual([
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'listKey', AttributeType: 'S' },
      { AttributeName: 'listAt', AttributeType: 'N' },
      { AttributeName: 'type', AttributeType: 'S' },
    ]);
  });

  test.each([
    ['prod', true],
    ['dev', false],
  ])('on stage %s: protected against deletion is %s, always restorable', (stage, protectedFromDeletion) => {
    const core = synthesize(makeApp({ context: { stage } })).core?.resources ?? [];
    expect(one(core, 'AWS::DynamoDB::GlobalTable').properties.Replicas).toMatchObject([
      {
        DeletionProtectionEnabled: protectedFromDeletion,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    ]);
  });
});

describe('retry dispatcher', () => {
  const rule = one(resources, 'AWS::Events::Rule');

  test('is called each minute by a rule that has the right', () => {
    expect(rule.properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(rule.properties.Targets).toMatchObject([{ Arn: arnOf(dispatcher) }]);
    expect(one(resources, 'AWS::Lambda::Permission').properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf(dispatcher),
      Principal: 'events.amazonaws.com',
      SourceArn: arnOf(rule),
    });
  });

  test('ends before the next tick, and is not retried when it fails', () => {
    expect(dispatcher.properties.Timeout).toBe(50);
    expect(rule.properties.Targets).toMatchObject([
      { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } },
    ]);
    expect(one(resources, 'AWS::Lambda::EventInvokeConfig').properties).toMatchObject({
      FunctionName: { Ref: dispatcher.id },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  test('knows the table and the stage', () => {
    expect(dispatcher.properties.Environment).toEqual({
      Variables: {
        AWS_SDK_UA_APP_ID: 'sluice-prod-dispatcher/PTEnv/',
        SLUICE_JOBS_TABLE: 'sluice-prod-jobs',
        SLUICE_STAGE: 'prod',
      },
    });
  });
});

describe('alarm topic', () => {
  const topic = one(resources, 'AWS::SNS::Topic', { TopicName: 'sluice-prod-alarms' });
  const policy = one(resources, 'AWS::SNS::TopicPolicy');

  test('accepts alarms of this account from CloudWatch, and refuses calls without TLS', () => {
    expect(policy.properties.Topics).toEqual([{ Ref: topic.id }]);
    expect(statementsOf(policy.properties.PolicyDocument)).toEqual([
      {
        effect: 'Deny',
        actions: ['sns:Publish'],
        resources: [`\${${topic.id}}`],
        principal: '*',
        condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        effect: 'Allow',
        actions: ['sns:Publish'],
        resources: [`\${${topic.id}}`],
        principal: { Service: 'cloudwatch.amazonaws.com' },
        condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });
});
