import { describe, expect, test } from 'vitest';
import { queueSettings } from '../../../lib/contract/definition/queue-settings.ts';
import { shop } from '../../support/shop/app.ts';
import { makeApp, type Synthesized, synthesize } from './support/fixture.ts';
import { arnOf, ofType, one, type Resource, statementsOf } from './support/template.ts';

const { jobs } = shop;
const SETTINGS = { emailSender: 'Jobs <jobs@mail.example.com>', syncAllowedHosts: 'crm=api.example.com' };
const synth = (stage: string) => synthesize(makeApp({ jobs, context: { stage, ...SETTINGS } }));
const stages = { dev: synth('dev'), prod: synth('prod') };
const TYPES = jobs.map(({ definition }) => definition.type);

const resourcesOf = (stacks: Record<string, Synthesized>, type?: string): Resource[] =>
  Object.values(stacks)
    .flatMap(({ resources }) => resources)
    .filter((resource) => type === undefined || resource.type === type);

describe.each(Object.entries(stages))('stage %s', (stage, stacks) => {
  const text = JSON.stringify(Object.values(stacks).map(({ template }) => template));

  test('is core and one stack for each job type, which refers to core by fixed names only', () => {
    expect(Object.keys(stacks)).toEqual(['core', ...TYPES]);
    expect(text).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput|"Export"/);
    for (const type of TYPES) expect(stacks[type]?.stack.dependencies).toEqual([stacks.core?.stack]);
  });

  test('has the contract’s names and addresses as outputs', () => {
    const outputs = (name: string) => {
      const found = (stacks[name]?.template.Outputs ?? {}) as Record<string, { Value: unknown }>;
      return Object.fromEntries(Object.entries(found).map(([output, { Value }]) => [output, Value]));
    };
    const core = stacks.core?.resources ?? [];
    expect(outputs('core')).toEqual({
      JobsTableName: { Ref: one(core, 'AWS::DynamoDB::GlobalTable', { TableName: `sluice-${stage}-jobs` }).id },
      AlarmTopicArn: { Ref: one(core, 'AWS::SNS::Topic').id },
      StageSettings: JSON.stringify({ disposable: stage === 'dev', encrypted: false, alarms: [], schema: 1 }),
    });
    for (const type of TYPES) {
      const queue = (name: string) => ({
        Ref: one(stacks[type]?.resources ?? [], 'AWS::SQS::Queue', { QueueName: name }).id,
      });
      expect(outputs(type)).toEqual({
        QueueUrl: queue(`sluice-${stage}-${type}`),
        DeadLetterQueueUrl: queue(`sluice-${stage}-${type}-dlq`),
      });
    }
  });

  test.each(jobs)('$definition.type is derived from its definition', ({ definition }) => {
    const { type, batchSize, maxConcurrency, memoryMb, batchWindowSeconds } = definition;
    const settings = queueSettings(definition);
    const resources = stacks[type]?.resources ?? [];
    const queue = one(resources, 'AWS::SQS::Queue', { QueueName: `sluice-${stage}-${type}` });
    expect(queue.properties).toMatchObject({
      VisibilityTimeout: settings.visibilityTimeoutSeconds,
      MessageRetentionPeriod: settings.retentionSeconds,
      RedrivePolicy: { maxReceiveCount: settings.maxReceiveCount },
    });
    const mapping = one(resources, 'AWS::Lambda::EventSourceMapping').properties;
    expect(mapping).toMatchObject({
      EventSourceArn: arnOf(queue),
      BatchSize: batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: maxConcurrency },
    });
    expect(mapping.MaximumBatchingWindowInSeconds ?? 0).toBe(batchWindowSeconds);
    for (const never of ['FilterCriteria', 'ProvisionedPollerConfig']) expect(mapping).not.toHaveProperty(never);
    expect(one(resources, 'AWS::Lambda::Function').properties).toMatchObject({
      Timeout: settings.functionTimeoutSeconds,
      MemorySize: memoryMb,
    });
  });

  test('every queue takes SQS’s largest message, is encrypted, and refuses calls without TLS', () => {
    const queues = resourcesOf(stacks, 'AWS::SQS::Queue');
    // And that of schedules made at run time.
    expect(queues).toHaveLength(2 * TYPES.length + 1);
    for (const { properties } of queues) {
      expect(properties).toMatchObject({ MaximumMessageSize: 1_048_576, SqsManagedSseEnabled: true });
    }
    const guarded = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'].flatMap((type) =>
      resourcesOf(stacks, type).filter(({ properties }) =>
        statementsOf(properties.PolicyDocument).some(
          ({ effect, condition }) =>
            effect === 'Deny' && JSON.stringify(condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        ),
      ),
    );
    expect(guarded).toHaveLength(queues.length + 2);
  });

  test('every function runs Node 24 on arm64 and has its own log group and the names that it reads', () => {
    const functions = resourcesOf(stacks, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(TYPES.length + 1);
    const groups = resourcesOf(stacks, 'AWS::Logs::LogGroup').map(({ properties }) => properties);
    for (const { properties } of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      const { Variables } = properties.Environment as { Variables: Record<string, unknown> };
      expect(Variables).toMatchObject({ SLUICE_JOBS_TABLE: `sluice-${stage}-jobs` });
      expect(String(Variables.AWS_SDK_UA_APP_ID).length).toBeLessThanOrEqual(50);
      // Lambda quotas: 4 KB in all. A URL, an ARN or a bucket's name adds what its reference does not show.
      const references = Object.values(Variables).filter((value) => typeof value !== 'string').length;
      expect(JSON.stringify(Variables).length + references * 150).toBeLessThan(4096);
      const [group] = groups.filter(({ LogGroupName }) => LogGroupName === `/aws/lambda/${properties.FunctionName}`);
      expect(group?.RetentionInDays).toBe(stage === 'dev' ? 7 : 30);
    }
  });
});

describe('rights', () => {
  /** Wildcards that the four job types and Lambda cannot do without. */
  const EXPLAINED: readonly [actions: string, resource: RegExp, why: string][] = [
    ['logs:CreateLogStream logs:PutLogEvents', /:log-stream:\*$/, 'Lambda names streams as it goes'],
    ['ses:SendTemplatedEmail', /:template\/\*$/, 'templates are named by payloads'],
    ['sqs:GetQueueUrl sqs:SendMessage', /:sluice-prod-\*$/, 'the dispatcher sends to every job type of its stage'],
    ['sqs:SendMessage', /:sluice-prod-\*$/, 'schedules are made at run time, of every job type of their stage'],
    ['s3:AbortMultipartUpload s3:PutObject', /\/reports\/\*$/, 'reports are named by jobs'],
  ];
  const statements = resourcesOf(stages.prod, 'AWS::IAM::Policy').flatMap(({ properties }) =>
    statementsOf(properties.PolicyDocument),
  );

  test('are for actions by name, never by wildcard', () => {
    expect(statements.length).toBeGreaterThan(10);
    for (const { effect, actions } of statements) {
      expect(effect).toBe('Allow');
      for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    }
  });

  test('are for resources by name, except for a short list with reasons', () => {
    const wild = statements.flatMap(({ actions, resources }) =>
      resources
        .filter((resource) => resource.includes('*'))
        .map((resource) => ({ actions: actions.join(' '), resource })),
    );
    const explained = ({ actions, resource }: (typeof wild)[number]) =>
      EXPLAINED.find(([allowed, form]) => allowed === actions && form.test(resource) && !/\*.*\*/.test(resource));
    expect(wild.filter((found) => explained(found) === undefined)).toEqual([]);
    expect(new Set(wild.map((found) => explained(found)?.[2]))).toEqual(new Set(EXPLAINED.map(([, , why]) => why)));
  });
});

describe('a resource that holds data', () => {
  const HOLDS = ['DynamoDB::GlobalTable', 'SQS::Queue', 'Logs::LogGroup', 'S3::Bucket', 'SecretsManager::Secret'];
  const outcomes = (stage: keyof typeof stages) =>
    HOLDS.flatMap((type) => resourcesOf(stages[stage], `AWS::${type}`)).map(({ deletionPolicy }) => deletionPolicy);

  test('is deleted with its stack on dev, and kept on prod', () => {
    expect(new Set(outcomes('dev'))).toEqual(new Set(['Delete']));
    expect(new Set(outcomes('prod'))).toEqual(new Set(['RetainExceptOnCreate']));
    expect(outcomes('prod')).toHaveLength(2 + 2 * TYPES.length + 1 + TYPES.length + 1 + 2);
  });

  test.each(Object.entries(stages))(
    'on %s is not deleted when it is replaced, if its stack would keep it',
    (stage, stacks) => {
      const raw = Object.values(stacks).flatMap(({ template }) =>
        Object.values(template.Resources as Record<string, { Type: string; UpdateReplacePolicy?: string }>),
      );
      const holding = raw.filter(({ Type }) => HOLDS.includes(Type.replace('AWS::', '')));
      const wanted = stage === 'dev' ? 'Delete' : 'Retain';
      expect(new Set(holding.map(({ UpdateReplacePolicy }) => UpdateReplacePolicy))).toEqual(new Set([wanted]));
    },
  );

  test('is protected from deletion on prod if it is a table', () => {
    for (const [stage, stacks] of Object.entries(stages)) {
      const tables = ofType(resourcesOf(stacks), 'AWS::DynamoDB::GlobalTable');
      expect(tables).toHaveLength(2);
      for (const { properties } of tables) {
        expect(properties.Replicas).toMatchObject([
          {
            DeletionProtectionEnabled: stage === 'prod',
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ]);
      }
    }
  });
});
