import {
  actionsOfOne,
  children,
  conditions,
  dashboardOf,
  inlineOf,
  joinedSources,
  prefixes,
  principals,
  searches,
} from './quota-measures.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** A number that AWS does not let a resource pass. */
export interface Quota {
  /** Page of AWS that says it. */
  readonly source: string;
  /** Type of the resource. */
  readonly type: string;
  /** What is counted, as a sentence says it; for a property that is counted itself, its path. */
  readonly what: string;
  readonly most: number;
  readonly unit: 'characters' | 'bytes' | 'pieces';
  /** How it is counted where `what` is no path. */
  readonly count?: (resource: TemplateResource, view: TemplateView) => number;
}

type Row = Omit<Quota, 'source' | 'type'>;

const from = (source: string, types: Readonly<Record<string, readonly Row[]>>): Quota[] =>
  Object.entries(types).flatMap(([type, rows]) => rows.map((row) => ({ source, type, ...row })));

const text = (what: string, most: number): Row => ({ what, most, unit: 'characters' });
const bytes = (what: string, most: number): Row => ({ what, most, unit: 'bytes' });
const list = (what: string, most: number): Row => ({ what, most, unit: 'pieces' });
const counted = (what: string, most: number, count: NonNullable<Quota['count']>): Row => ({
  ...list(what, most),
  count,
});

const AWS = 'https://docs.aws.amazon.com';
const ALARM = [
  text('AlarmName', 255),
  text('AlarmDescription', 1024),
  ...['AlarmActions', 'OKActions'].map((what) => list(what, 5)),
];

/** What a template of Sluice, or a `resources.ts`, can pass. Where a quota can be raised, this is its default. */
export const QUOTAS: readonly Quota[] = [
  ...from(`${AWS}/IAM/latest/UserGuide/reference_iam-quotas.html`, {
    'AWS::IAM::ManagedPolicy': [
      text('PolicyDocument', 6144),
      text('ManagedPolicyName', 128),
      text('Description', 1000),
    ],
    'AWS::IAM::Role': [
      ...[text('RoleName', 64), text('Description', 1000), text('AssumeRolePolicyDocument', 2048)],
      ...[list('ManagedPolicyArns', 10), counted('characters of its inline policies', 10_240, inlineOf)],
    ],
    'AWS::IAM::Policy': [text('PolicyName', 128)],
  }),
  ...from(`${AWS}/lambda/latest/dg/gettingstarted-limits.html`, {
    'AWS::Lambda::Function': [
      ...[text('FunctionName', 64), text('Description', 256), bytes('Environment.Variables', 4096), list('Layers', 5)],
    ],
  }),
  ...from(`${AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html`, {
    'AWS::SQS::QueuePolicy': [
      ...[
        bytes('PolicyDocument', 8192),
        list('PolicyDocument.Statement', 20),
        counted('principals', 50, principals),
        counted('conditions', 10, conditions),
        counted('actions of a statement', 7, actionsOfOne),
      ],
    ],
  }),
  ...from(`${AWS}/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html`, {
    'AWS::SQS::Queue': [text('QueueName', 80), list('RedriveAllowPolicy.sourceQueueArns', 10)],
  }),
  ...from(`${AWS}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html`, {
    'AWS::CloudWatch::Alarm': [...ALARM, list('Metrics', 10)],
    'AWS::CloudWatch::Dashboard': [
      text('DashboardName', 255),
      counted('widgets', 500, (one, view) => dashboardOf(one, view).length),
      counted('metrics of a widget', 500, (one, view) => most(dashboardOf(one, view).map(({ metrics }) => metrics))),
      counted('metrics', 2500, (one, view) => sum(dashboardOf(one, view).map(({ metrics }) => metrics))),
      counted('alarms of a widget', 100, (one, view) => most(dashboardOf(one, view).map(({ alarms }) => alarms))),
    ],
  }),
  ...from(`${AWS}/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html`, {
    'AWS::CloudWatch::Dashboard': [
      counted('characters of a search', 1024, (one, view) => most(searches(one, view).map(({ length }) => length))),
    ],
  }),
  ...from(`${AWS}/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html`, {
    'AWS::CloudWatch::CompositeAlarm': [
      ...ALARM,
      text('AlarmRule', 10_240),
      counted('alarms of its rule', 100, children),
    ],
  }),
  ...from(`${AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html`, {
    'AWS::Logs::QueryDefinition': [text('Name', 255), text('QueryString', 10_000)],
  }),
  ...from(`${AWS}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`, {
    'AWS::Logs::QueryDefinition': [list('LogGroupNames', 50)],
    'AWS::Logs::LogGroup': [text('LogGroupName', 512)],
  }),
  ...from(`${AWS}/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html`, {
    'AWS::Logs::QueryDefinition': [counted('prefixes of log groups', 5, prefixes)],
  }),
  ...from(`${AWS}/eventbridge/latest/userguide/eb-quota.html`, {
    'AWS::Events::Rule': [
      ...[text('Name', 64), text('Description', 512), list('Targets', 5), text('EventPattern', 2048)],
      counted('characters of an input', 8192, joinedSources),
    ],
  }),
  ...from(`${AWS}/scheduler/latest/APIReference/API_CreateSchedule.html`, {
    'AWS::Scheduler::Schedule': [text('Name', 64), text('Description', 512)],
  }),
  ...from(`${AWS}/sns/latest/api/API_CreateTopic.html`, {
    'AWS::SNS::Topic': [text('TopicName', 256), text('DisplayName', 100)],
    'AWS::SNS::TopicPolicy': [bytes('PolicyDocument', 30_720)],
  }),
  ...from(`${AWS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`, {
    'AWS::DynamoDB::GlobalTable': [text('TableName', 255), list('GlobalSecondaryIndexes', 20)],
    'AWS::DynamoDB::Table': [text('TableName', 255), list('GlobalSecondaryIndexes', 20)],
  }),
  ...from(`${AWS}/kms/latest/developerguide/resource-limits.html`, {
    'AWS::KMS::Key': [bytes('KeyPolicy', 32_768), text('Description', 8192)],
    'AWS::KMS::Alias': [text('AliasName', 256)],
  }),
  ...from(`${AWS}/AmazonS3/latest/userguide/bucketnamingrules.html`, {
    'AWS::S3::Bucket': [text('BucketName', 63)],
    'AWS::S3::BucketPolicy': [bytes('PolicyDocument', 20_480)],
  }),
  ...from(`${AWS}/secretsmanager/latest/userguide/reference_limits.html`, {
    'AWS::SecretsManager::Secret': [text('Name', 512)],
  }),
];

/** What a template as a whole may hold (CloudFormation quotas). */
export const TEMPLATE_QUOTAS = {
  source: `${AWS}/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html`,
  bytes: 1_048_576,
  sections: { Resources: 500, Outputs: 200, Parameters: 200, Mappings: 200 },
  descriptionBytes: 1024,
} as const;

/** What all stacks of an app share with the account and the region that they are deployed to. Each can be raised on request. */
export const ACCOUNT_QUOTAS: readonly Pick<Quota, 'source' | 'type' | 'most'>[] = [
  { type: 'AWS::Events::Rule', most: 300, source: `${AWS}/eventbridge/latest/userguide/eb-quota.html` },
  {
    ...{ type: 'AWS::Scheduler::ScheduleGroup', most: 500 },
    source: `${AWS}/scheduler/latest/UserGuide/managing-schedule-group.html`,
  },
  { type: 'AWS::IAM::Role', most: 1000, source: `${AWS}/IAM/latest/UserGuide/reference_iam-quotas.html` },
  { type: 'AWS::IAM::ManagedPolicy', most: 1500, source: `${AWS}/IAM/latest/UserGuide/reference_iam-quotas.html` },
  {
    ...{ type: 'AWS::Logs::QueryDefinition', most: 1000 },
    source: `${AWS}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`,
  },
];

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const most = (numbers: readonly number[]) => Math.max(0, ...numbers);
