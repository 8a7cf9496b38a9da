import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { JobDefinitionError } from '../../../lib/contract/errors.ts';
import { DEFINITIONS, jobs, makeApp, plain, synthesize, tuned } from './support/fixture.ts';
import { ofType } from './support/template.ts';

const dev = synthesize(makeApp());
const prod = synthesize(makeApp({ context: { stage: 'prod' } }));
/** The longest name that a stage can have, in a region that is given: names that carry it are whole. */
const longest = synthesize(makeApp({ context: { stage: 'p234567890123456', region: 'ap-northeast-1' } }));
const stages = { dev, prod, longest };
const everyStack = Object.values(stages).flatMap((stacks) => Object.values(stacks));

describe('stacks', () => {
  test('are core and one for each job type, with the contract’s names', () => {
    expect(Object.values(prod).map(({ stack }) => stack.stackName)).toEqual([
      'sluice-prod-core',
      'sluice-prod-plain',
      `sluice-prod-${tuned.type}`,
    ]);
  });

  test('of job types are deployed after core and refer to none of its resources', () => {
    for (const { type } of DEFINITIONS) {
      expect(prod[type]?.stack.dependencies.map(({ stackName }) => stackName)).toEqual(['sluice-prod-core']);
    }
    expect(everyStack).toHaveLength(9);
    for (const { template } of everyStack) {
      expect(JSON.stringify(template)).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
      for (const output of Object.values(template.Outputs ?? {})) expect(output).not.toHaveProperty('Export');
    }
  });

  test('deploy to the account and region of the command', () => {
    expect(JSON.stringify(everyStack.map(({ template }) => template))).not.toMatch(/:\d{12}:/);
    for (const { stack } of [...Object.values(dev), ...Object.values(prod)])
      expect(stack.environment).toBe('aws://unknown-account/unknown-region');
  });

  test('have outputs with the contract’s names', () => {
    expect(Object.keys(dev.core?.template.Outputs ?? {})).toEqual(['JobsTableName', 'AlarmTopicArn', 'StageSettings']);
    expect(Object.keys(dev.plain?.template.Outputs ?? {})).toEqual(['QueueUrl', 'DeadLetterQueueUrl']);
  });

  test('keep AWS’s name limits with the longest stage and type', () => {
    const limits = {
      QueueName: 80,
      FunctionName: 64,
      TableName: 255,
      TopicName: 256,
      AlarmName: 255,
      LogGroupName: 512,
      DashboardName: 255,
      ManagedPolicyName: 128,
    };
    const seen = new Set<string>();
    for (const { properties } of Object.values(longest).flatMap(({ resources }) => resources)) {
      for (const [name, limit] of Object.entries(limits)) {
        if (typeof properties[name] !== 'string') continue;
        seen.add(name);
        expect(properties[name].length, properties[name]).toBeLessThanOrEqual(limit);
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(limits).sort());
  });
});

describe('the removal of a stack', () => {
  const HOLDS_DATA = ['AWS::DynamoDB::GlobalTable', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup'];
  const policies = (stacks: typeof dev) =>
    Object.values(stacks).flatMap(({ resources }) =>
      HOLDS_DATA.flatMap((type) => ofType(resources, type).map(({ deletionPolicy }) => deletionPolicy)),
    );

  test('deletes all data of a dev stage', () => {
    expect(policies(dev)).toEqual(Array(9).fill('Delete'));
    expect(Object.values(dev).map(({ stack }) => stack.terminationProtection)).toEqual([false, false, false]);
  });

  test('keeps the data of other stages, except after a failed first deploy', () => {
    expect(policies(prod)).toEqual(Array(9).fill('RetainExceptOnCreate'));
    expect(Object.values(prod).map(({ stack }) => stack.terminationProtection)).toEqual([true, true, true]);
  });

  test.each([
    ['dev', {}, true],
    ['devices', {}, false],
    ['dev', { app: 'other' }, false],
    ['developer1', { disposable: 'true' }, true],
    ['prod', { disposable: 'false' }, false],
    ['prod', {}, false],
    ['prod', { emulator: 'embedded' }, true],
  ])('stage %s with %o: disposable is %s', (stage, context, disposable) => {
    const { core } = synthesize(makeApp({ context: { stage, ...context } }));
    expect(core?.stack.terminationProtection).toBe(!disposable);
  });
});

describe('a resource of a job type', () => {
  test('is made in its stack, from its settings', () => {
    const app = makeApp({
      context: { stage: 'prod', bucket: 'pictures', retries: 3 },
      jobs: [
        {
          definition: plain,
          entry: jobs[0]?.entry ?? '',
          resources: ({ scope, consumer, stage, disposable, setting }) => {
            new CfnBucket(scope, 'Pictures', { bucketName: setting('bucket') ?? 'none' });
            const variables = { STAGE: stage, DISPOSABLE: String(disposable), RETRIES: setting('retries') ?? '' };
            for (const [name, value] of Object.entries(variables)) consumer.addEnvironment(name, value);
            consumer.addEnvironment('UNSET', String(setting('nothing')));
          },
        },
      ],
    });
    const resources = synthesize(app).plain?.resources ?? [];
    expect(ofType(resources, 'AWS::S3::Bucket').map(({ properties }) => properties.BucketName)).toEqual(['pictures']);
    expect(ofType(resources, 'AWS::Lambda::Function')[0]?.properties.Environment).toMatchObject({
      Variables: { STAGE: 'prod', DISPOSABLE: 'false', RETRIES: '3', UNSET: 'undefined' },
    });
  });
});

describe('is refused, and the error says why', () => {
  test('two definitions of one type', () => {
    const build = () => makeApp({ jobs: [...jobs, ...jobs.slice(0, 1)] });
    expect(build).toThrow(JobDefinitionError);
    expect(build).toThrow('two definitions have the type "plain": each names a queue and a stack of its own');
  });

  test.each(['Prod', 'my-stage', '', '1st', 'a2345678901234567'])('stage %j', (stage) => {
    expect(() => makeApp({ context: { stage } })).toThrow(`got ${JSON.stringify(stage)}`);
  });
});

test('a stage may have no job type yet', () => {
  expect(Object.keys(synthesize(makeApp({ jobs: [] })))).toEqual(['core']);
});
