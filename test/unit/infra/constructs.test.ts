import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { JobDefinitionError } from '#sluice/contract';
import { JobType, type JobTypeProps, type SluiceProps } from '#sluice/infra';
import { HANDLER, plain, tuned } from './support/fixture.ts';
import { jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from './support/own-stack.ts';
import { ofType, one, rightsOfRole } from './support/template.ts';

const EU = { env: { account: '111122223333', region: 'eu-west-1' } };
const US = { env: { account: '111122223333', region: 'us-east-1' } };

describe('in a stack of a team’s own', () => {
  const stack = ownStack();
  new Bucket(stack, 'Uploads');
  const sluice = sluiceIn(stack, { app: 'shop', alarmEmails: ['a@example.com'] });
  const first = jobTypeIn(stack, { sluice, environment: { COLOUR: 'red' }, reservedConcurrency: 50 });
  jobTypeIn(stack, { sluice, definition: tuned, dashboard: false }, 'Tuned');
  const resources = resourcesOf(stack);

  test('a stage and two job types have the contract’s names, beside other resources', () => {
    const namesOf = (type: string, name: string) =>
      ofType(resources, type)
        .map(({ properties }) => properties[name])
        .toSorted();
    expect(namesOf('AWS::SQS::Queue', 'QueueName')).toEqual([
      'shop-prod-_schedules-dlq',
      ...['shop-prod-plain', 'shop-prod-plain-dlq', `shop-prod-${tuned.type}`, `shop-prod-${tuned.type}-dlq`],
    ]);
    expect(namesOf('AWS::DynamoDB::GlobalTable', 'TableName')).toEqual(['shop-prod-jobs']);
    expect(ofType(resources, 'AWS::S3::Bucket')).toHaveLength(1);
    expect(ofType(resources, 'AWS::SNS::Subscription')).toHaveLength(1);
    expect(ofType(resources, 'AWS::CloudWatch::Dashboard')).toHaveLength(2);
  });

  test('a consumer has its own variables and concurrency', () => {
    const { properties } = one(resources, 'AWS::Lambda::Function', { FunctionName: 'shop-prod-plain' });
    expect(properties).toMatchObject({
      ReservedConcurrentExecutions: 50,
      Environment: { Variables: { COLOUR: 'red', SLUICE_STAGE: 'shop/prod' } },
    });
  });

  test('an event source starts when the table is there', () => {
    const table = one(resources, 'AWS::DynamoDB::GlobalTable').id;
    const sources = ofType(resources, 'AWS::Lambda::EventSourceMapping');
    expect(sources.map(({ dependsOn }) => dependsOn.includes(table))).toEqual([true, true]);
  });

  test('a type has its queues and its alarms as properties', () => {
    expect([first.queue, first.deadLetterQueue].map(({ queueName }) => stack.resolve(queueName))).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^PlainJobsQueue/), 'QueueName'] },
      { 'Fn::GetAtt': [expect.stringMatching(/^PlainJobsDeadLetters/), 'QueueName'] },
    ]);
    expect(Object.keys(first.alarms).toSorted()).toEqual([
      ...['deadLetters', 'duration', 'failures', 'functionErrors', 'notGettingThrough', 'queueAge', 'queueDepth'],
      ...['stalled', 'throttles'],
    ]);
  });
});

test('a stage with a key: log groups have it by its ARN, and queues wait for its alias', () => {
  const stack = ownStack(ownApp(), 'Shop', EU);
  jobTypeIn(stack, { sluice: sluiceIn(stack, { encrypted: true }) });
  const resources = resourcesOf(stack);
  const arn = { 'Fn::GetAtt': [one(resources, 'AWS::KMS::Key').id, 'Arn'] };
  expect(ofType(resources, 'AWS::Logs::LogGroup').map(({ properties }) => properties.KmsKeyId)).toEqual([arn, arn]);
  const alias = one(resources, 'AWS::KMS::Alias').id;
  const queues = ofType(resources, 'AWS::SQS::Queue');
  // With that of schedules made at run time.
  expect(queues.map(({ dependsOn }) => dependsOn.includes(alias))).toEqual([true, true, true]);
});

describe('job types in other stacks than their stage', () => {
  const app = ownApp();
  const core = ownStack(app, 'Core', EU);
  const sluice = sluiceIn(core, { encrypted: true });
  const stack = ownStack(app, 'Mail', EU);
  const jobType = jobTypeIn(stack, { sluice });
  const another = jobTypeIn(ownStack(app, 'Resize', EU), { sluice, definition: tuned });
  const senders = ownStack(app, 'Api', EU);
  const principal = new AccountPrincipal('111122223333');
  const role = new Role(senders, 'Sender', { assumedBy: principal });
  for (const one of [jobType, another]) one.grantEnqueue(role);
  const abroad = new Role(ownStack(app, 'Abroad', US), 'Sender', { assumedBy: principal });

  test('are deployed after it, and no template refers to another stack', () => {
    expect(stack.dependencies).toEqual([core]);
    for (const each of [core, stack, senders])
      expect(JSON.stringify(resourcesOf(each))).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
    expect(senders.dependencies).toEqual([]);
  });

  test('let a role of a third stack send, and use the key for it', () => {
    const resources = resourcesOf(senders);
    const rights = rightsOfRole(resources, one(resources, 'AWS::IAM::Role').id);
    expect(rights).toContain('sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:sluice-prod-plain');
    expect(rights.some((right) => right.startsWith('kms:GenerateDataKey '))).toBe(true);
  });

  test('refuse a role of another region', () => {
    expect(() => jobType.grantEnqueue(abroad)).toThrow(
      'Abroad/Sender is of another region than the queue of Mail/Plain',
    );
  });
});

describe('one app', () => {
  test('may have two stages, and one stage in two regions', () => {
    const app = ownApp();
    const [eu, us] = [ownStack(app, 'Eu', EU), ownStack(app, 'Us', US)];
    for (const stack of [eu, us]) jobTypeIn(stack, { sluice: sluiceIn(stack) });
    const staging = ownStack(app, 'Staging', EU);
    jobTypeIn(staging, { sluice: sluiceIn(staging, { stage: 'staging' }) });
    expect(resourcesOf(us)).toHaveLength(resourcesOf(eu).length);
  });

  test('may not have one stage twice', () => {
    const app = ownApp();
    sluiceIn(ownStack(app, 'One'));
    expect(() => sluiceIn(ownStack(app, 'Two'))).toThrow(
      'stage "prod" is made twice, by One/Jobs and Two/Jobs: its names are fixed, so make it once',
    );
  });

  test('may not have one job type twice', () => {
    const stack = ownStack();
    const sluice = sluiceIn(stack);
    jobTypeIn(stack, { sluice }, 'First');
    expect(() => jobTypeIn(stack, { sluice }, 'Second')).toThrow(JobDefinitionError);
    expect(() => jobTypeIn(stack, { sluice }, 'Third')).toThrow(
      'stage "prod" has the job type "plain" twice, by Shop/First and Shop/Third',
    );
  });
});

describe('is refused, and the error says why', () => {
  const wrongStages: readonly (readonly [string, Partial<SluiceProps>, string])[] = [
    ['a stage’s name', { stage: 'my-stage' }, 'stage must be 1 to 16 of a-z and 0-9'],
    ['an app’s name', { app: 'My' }, 'app must be 1 to 16 of a-z and 0-9'],
    ['an address', { alarmEmails: ['nobody'] }, 'got "nobody"'],
    ['a key without a region', { encrypted: true }, 'Shop/Jobs: encrypted needs a stack with a region'],
  ];
  test.each(wrongStages)('%s', (_what, props, said) => {
    expect(() => sluiceIn(ownStack(), props)).toThrow(said);
  });

  const made = <T>(value: unknown) => value as T;
  const wrongTypes: readonly (readonly [string, Partial<JobTypeProps>, string])[] = [
    [
      'no stage',
      { sluice: made({}) },
      'Shop/Plain: sluice must be the stage, made by new Sluice(…), got an object with nothing',
    ],
    [
      'no definition',
      { definition: made({ type: 'plain' }) },
      'definition must be made by defineJob, got an object with type',
    ],
    ['no entry', { entry: '' }, 'entry must be the path of the file that exports "handler", got ""'],
    ['a variable of Sluice’s', { environment: { SLUICE_STAGE: 'dev' } }, 'environment must leave out SLUICE_STAGE'],
  ];
  test.each(wrongTypes)('%s', (_what, props, said) => {
    const stack = ownStack();
    expect(() => jobTypeIn(stack, { sluice: sluiceIn(stack), ...props })).toThrow(said);
  });

  test('a type that is too long for its stage', () => {
    const stack = ownStack();
    const sluice = sluiceIn(stack, { app: 'a234567890123456', stage: 'p234567890123456' });
    expect(() => jobTypeIn(stack, { sluice, definition: tuned })).toThrow('30 are left for a type');
  });

  test('a stage of another region', () => {
    const app = ownApp();
    const sluice = sluiceIn(ownStack(app, 'Eu', EU));
    expect(() => jobTypeIn(ownStack(app, 'Us', US), { sluice })).toThrow(
      'Us/Plain is of region us-east-1, its sluice (Eu/Jobs) of region eu-west-1',
    );
    const unknown = new Stack(app, 'Anywhere');
    expect(() => new JobType(unknown, 'Plain', { sluice, definition: plain, entry: HANDLER })).not.toThrow();
  });
});
