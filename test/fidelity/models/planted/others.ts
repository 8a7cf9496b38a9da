import { least, long, MATCH, MISSING, most, ONE_OF, type Planted, TEXT, times } from './plant.ts';

const schedule = {
  ...{ Name: 'sync-data.crm', GroupName: 'sluice-test-schedules', ScheduleExpression: 'rate(5 minutes)' },
  ...{ FlexibleTimeWindow: { Mode: 'OFF' }, ScheduleExpressionTimezone: 'Europe/Berlin', State: 'ENABLED' },
  Target: {
    ...{ Arn: 'arn:aws:sqs:eu-central-1:123456789012:q', RoleArn: 'arn:aws:iam::123456789012:role/r', Input: '{}' },
    RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
  },
};
const stat = () => ({ Metric: { Namespace: 'AWS/SQS', MetricName: 'm', Dimensions: [] }, Period: 60, Stat: 'Maximum' });
const query = (i: number) => ({ Id: `q${i}`, MetricStat: stat() });

/** What goes to the other services. */
export const OTHERS: readonly Planted[] = [
  {
    operation: 'CreateSchedule',
    request: schedule,
    mistakes: [
      ['Name', 'sync data', MATCH],
      ['Name', long(65), most(64)],
      ['FlexibleTimeWindow', undefined, MISSING],
      ['FlexibleTimeWindow.Mode', 'NONE', ONE_OF],
      ['State', 'PAUSED', ONE_OF],
      ['Target.RoleArn', 'r', MATCH],
      ['Target.Input', '', least(1)],
      ['Target.RetryPolicy.MaximumRetryAttempts', 186, most(185)],
      ['Target.RetryPolicy.MaximumEventAgeInSeconds', 59, least(60)],
      ['Description', long(513), most(512)],
      ['ScheduleExpression', '', least(1)],
      ['ActionAfterCompletion', 'KEEP', ONE_OF],
      ['EndDate', 5, /must be a date/],
    ],
  },
  {
    operation: 'GetMetricData',
    request: {
      MetricDataQueries: times(500, query),
      StartTime: new Date(0),
      EndTime: new Date(1),
      ScanBy: 'TimestampAscending',
    },
    mistakes: [
      ['MetricDataQueries', times(501, query), most(500)],
      ['StartTime', 0, /must be a date/],
      ['ScanBy', 'Ascending', ONE_OF],
      ['MetricDataQueries[0].MetricStat.Period', 0, least(1)],
      ['MetricDataQueries[0].Id', '', least(1)],
    ],
  },
  {
    operation: 'DescribeAlarms',
    request: { AlarmNamePrefix: 'sluice-test-', MaxRecords: 100, AlarmTypes: ['MetricAlarm'] },
    mistakes: [
      ['MaxRecords', 101, most(100)],
      ['AlarmTypes[0]', 'Metric', ONE_OF],
    ],
  },
  {
    operation: 'StartQuery',
    request: {
      logGroupNames: ['/aws/lambda/a'],
      queryString: 'fields @message',
      startTime: 0,
      endTime: 1,
      limit: 1000,
    },
    mistakes: [
      ['logGroupNames', times(51, () => '/aws/lambda/a'), most(50)],
      ['logGroupNames[0]', 'a b', MATCH],
      ['queryString', long(10_001), most(10_000)],
      ['limit', 0, least(1)],
    ],
  },
  {
    operation: 'FilterLogEvents',
    request: { logGroupName: '/aws/lambda/a', filterPattern: '{ $.jobId = "a" }', limit: 10_000 },
    mistakes: [
      ['limit', 10_001, most(10_000)],
      ['filterPattern', long(1025), most(1024)],
    ],
  },
  {
    operation: 'UpdateEventSourceMapping',
    request: { UUID: '14e0db71-5d35-4eb5-b481-8945cf9d10c2', Enabled: false },
    mistakes: [
      ['UUID', undefined, MISSING],
      ['Enabled', 'false', /must be a boolean/],
    ],
  },
  {
    operation: 'SendTaskSuccess',
    request: { taskToken: long(2048), output: 'null' },
    mistakes: [
      ['taskToken', long(2049), most(2048)],
      ['output', { by: 'a' }, TEXT],
      ['output', long(262_145), most(262_144)],
    ],
  },
  {
    operation: 'SendTaskFailure',
    request: { taskToken: 't', error: long(256), cause: long(32_768) },
    mistakes: [
      ['error', long(257), most(256)],
      ['cause', long(32_769), most(32_768)],
    ],
  },
  {
    operation: 'SendDurableExecutionCallbackSuccess',
    request: { CallbackId: 'Y2FsbA==', Result: new Uint8Array(2) },
    mistakes: [
      ['CallbackId', 'a b', MATCH],
      ['CallbackId', undefined, MISSING],
    ],
  },
  {
    operation: 'PutObject',
    request: { Bucket: 'b', Key: 'k', Body: new Uint8Array(1) },
    mistakes: [['Key', '', least(1)]],
  },
  { operation: 'ListRuleNamesByTarget', request: { TargetArn: 'arn' }, mistakes: [['TargetArn', '', least(1)]] },
];
