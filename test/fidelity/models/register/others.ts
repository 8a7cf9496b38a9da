import { MAX_ENTRIES } from '../../../../lib/engine/calls/events.ts';
import { MAX_GROUP_NAME, MAX_TEMPLATE } from '../../../../lib/infra/job/job-schedules.ts';
import { MAX_NAMES } from '../../../../lib/infra/name-lengths.ts';
import { PAGE } from '../../../../lib/operator/alarms.ts';
import { MAX_TYPES } from '../../../../lib/operator/jobs/insights.ts';
import { MAX_PERIODS } from '../../../../lib/operator/metric-history.ts';
import { MAX_QUERIES } from '../../../../lib/operator/queues/ages.ts';
import { checkName } from '../../../../lib/schedules/names.ts';
import { MAX_CALL_BYTES } from '../../../../lib/testing/aws/eventbridge.ts';
import { type Bound, model, text, words } from '../bound.ts';
import { quota, throws } from './ours.ts';

/** Quotas of templates that a service model says too: type, property, client, shape. */
const QUOTA_MODELS: readonly (readonly [string, string, string, string])[] = [
  ['AWS::CloudWatch::Alarm', 'AlarmName', 'cloudwatch', 'AlarmName'],
  ['AWS::CloudWatch::Alarm', 'AlarmDescription', 'cloudwatch', 'AlarmDescription'],
  ['AWS::CloudWatch::Alarm', 'AlarmActions', 'cloudwatch', 'ResourceList'],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmRule', 'cloudwatch', 'AlarmRule'],
  ['AWS::Logs::QueryDefinition', 'Name', 'cloudwatch-logs', 'QueryDefinitionName'],
  ['AWS::Logs::QueryDefinition', 'QueryString', 'cloudwatch-logs', 'QueryDefinitionString'],
  ['AWS::Logs::LogGroup', 'LogGroupName', 'cloudwatch-logs', 'LogGroupName'],
  ['AWS::Events::Rule', 'Name', 'eventbridge', 'RuleName'],
  ['AWS::Events::Rule', 'Description', 'eventbridge', 'RuleDescription'],
  ['AWS::Events::Rule', 'characters of an input', 'eventbridge', 'TransformerInput'],
  ['AWS::Scheduler::Schedule', 'Name', 'scheduler', 'Name'],
  ['AWS::Scheduler::Schedule', 'Description', 'scheduler', 'Description'],
  ['AWS::SecretsManager::Secret', 'Name', 'secrets-manager', 'NameType'],
];

const QUOTAS_OF_TEMPLATES: readonly Bound[] = [
  ...QUOTA_MODELS.map(([type, what, client, shape]) => ({
    ...{ what: `${what} of ${type} (QUOTAS)`, ours: { is: quota(type, what) }, from: model(client, shape, 'max') },
  })),
  {
    what: 'a dashboard’s name, characters (QUOTAS)',
    ours: { is: quota('AWS::CloudWatch::Dashboard', 'DashboardName') },
    from: text('cloudwatch', 'PutDashboardInput.DashboardName', /maximum length is (\d+)/),
  },
  {
    what: 'alarms of a composite alarm’s rule (QUOTAS)',
    ours: { is: quota('AWS::CloudWatch::CompositeAlarm', 'alarms of its rule') },
    from: text('cloudwatch', 'PutCompositeAlarmInput.AlarmRule', /as many as (\d+) "children" alarms/),
  },
  {
    what: 'a log group’s name, characters (QUOTAS)',
    ours: { is: quota('AWS::Logs::LogGroup', 'LogGroupName') },
    from: text('cloudwatch-logs', 'CreateLogGroupCommand', /between 1 and (\d+) characters long/),
  },
  {
    what: 'a topic’s name, characters (QUOTAS)',
    ours: { is: quota('AWS::SNS::Topic', 'TopicName') },
    from: text('sns', 'CreateTopicInput.Name', /between 1 and (\d+) characters long/),
  },
  {
    // The quota's page says 2,048 unless it is raised.
    what: 'an event pattern, characters (QUOTAS)',
    ours: { within: quota('AWS::Events::Rule', 'EventPattern') },
    from: model('eventbridge', 'EventPattern', 'max'),
  },
];

const METRICS: readonly Bound[] = [
  {
    what: 'queries of a GetMetricData (MAX_QUERIES)',
    ours: { is: MAX_QUERIES },
    from: text('cloudwatch', 'GetMetricDataInput.MetricDataQueries', /as many as (\d+) MetricDataQuery/),
  },
  {
    what: 'days of which CloudWatch keeps minutes (MAX_PERIODS)',
    ours: { is: MAX_PERIODS - 1 },
    from: text('cloudwatch', 'GetMetricDataCommand', /60 seconds \(1-minute\) are available for (\d+) days/, 24 * 60),
  },
  { what: 'alarms of a page (PAGE)', ours: { is: PAGE }, from: model('cloudwatch', 'MaxRecords', 'max') },
  {
    what: 'the order of a metric’s values',
    ours: { words: ['TimestampAscending', 'TimestampDescending'] },
    from: words('cloudwatch', 'ScanBy'),
  },
  {
    what: 'an alarm’s state',
    ours: { words: ['OK', 'ALARM', 'INSUFFICIENT_DATA'] },
    from: words('cloudwatch', 'StateValue'),
  },
  {
    what: 'when an alarm goes off',
    ours: { words: ['GreaterThanOrEqualToThreshold', 'LessThanThreshold', 'GreaterThanThreshold'] },
    from: words('cloudwatch', 'ComparisonOperator'),
  },
  {
    what: 'a metric’s unit',
    ours: { words: ['Count', 'Milliseconds', 'Seconds'] },
    from: words('cloudwatch', 'StandardUnit'),
  },
  { what: 'which alarms are read', ours: { words: ['MetricAlarm'] }, from: words('cloudwatch', 'AlarmType') },
];

const LOGS: readonly Bound[] = [
  {
    what: 'log groups of a query (MAX_TYPES)',
    ours: { is: MAX_TYPES },
    from: text('cloudwatch-logs', 'StartQueryRequest.logGroupNames', /up to (\d+) log groups/),
  },
  {
    what: 'a query’s state',
    ours: { words: ['Scheduled', 'Running', 'Complete'] },
    from: words('cloudwatch-logs', 'QueryStatus'),
  },
  ...[7, 30].map(
    (days): Bound => ({
      what: `logs are kept for ${days} days`,
      ours: { differs: (list) => (list.split(', ').includes(String(days)) ? undefined : `AWS takes ${list}`) },
      from: text('cloudwatch-logs', 'PutRetentionPolicyRequest.retentionInDays', /Possible values are: ([\d, ]+),/),
    }),
  ),
];

const EVENTS: readonly Bound[] = [
  {
    what: 'entries of a PutEvents (MAX_ENTRIES)',
    ours: { is: MAX_ENTRIES },
    from: model('eventbridge', 'PutEventsRequestEntryList', 'max'),
  },
  {
    what: 'a PutEvents, bytes (MAX_CALL_BYTES of the in-memory bus)',
    ours: { within: MAX_CALL_BYTES },
    from: text('eventbridge', 'PutEventsCommand', /must be less than (\d+)MB/, 1024 * 1024),
  },
  { what: 'a rule’s state', ours: { words: ['ENABLED', 'DISABLED'] }, from: words('eventbridge', 'RuleState') },
  {
    what: 'the message of a recurring job, characters (MAX_TEMPLATE)',
    ours: { is: MAX_TEMPLATE },
    from: model('eventbridge', 'TransformerInput', 'max'),
  },
  {
    what: 'a schedule group’s name, characters (MAX_GROUP_NAME)',
    ours: { is: MAX_GROUP_NAME },
    from: model('scheduler', 'ScheduleGroupName', 'max'),
  },
  {
    what: 'a schedule’s name, characters: type, dot and name (MAX_TOGETHER)',
    ours: { takes: (length) => !throws(() => checkName('t'.repeat(length - 41), 'n'.repeat(40))), end: 'most' },
    from: model('scheduler', 'Name', 'max'),
  },
  { what: 'a schedule’s state', ours: { words: ['ENABLED', 'DISABLED'] }, from: words('scheduler', 'ScheduleState') },
  {
    what: 'what becomes of a schedule that is over',
    ours: { words: ['DELETE', 'NONE'] },
    from: words('scheduler', 'ActionAfterCompletion'),
  },
  {
    what: 'a schedule keeps to its time',
    ours: { words: ['OFF'] },
    from: words('scheduler', 'FlexibleTimeWindowMode'),
  },
];

const STACKS: readonly Bound[] = [
  {
    what: 'a stack’s name, characters: app, stage and type fit (MAX_NAMES and two hyphens)',
    ours: { within: MAX_NAMES + 2 },
    from: text('cloudformation', 'CreateStackInput.StackName', /can't be longer than (\d+) characters/),
  },
  {
    what: 'a stack that is up',
    ours: { words: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'DELETE_COMPLETE'] },
    from: words('cloudformation', 'StackStatus'),
  },
];

export const OTHERS: readonly Bound[] = [...QUOTAS_OF_TEMPLATES, ...METRICS, ...LOGS, ...EVENTS, ...STACKS];
