import { type Finding, retentionOf, timeoutOf } from './queue-rules.ts';
import { numberOf, type TemplateResource, type TemplateView } from './template-view.ts';

const DAY_SECONDS = 86_400;

/** Finds alarms that CloudWatch accepts but that never go off. */
export function alarms(view: TemplateView): Finding[] {
  return view
    .ofType('AWS::CloudWatch::Alarm')
    .flatMap((alarm) => [...window(alarm), ...neverFires(view, alarm), ...moreThanThereAre(alarm)]);
}

function window(alarm: TemplateResource): Finding[] {
  const { Metrics, Period, EvaluationPeriods } = alarm.properties;
  const queries = (Metrics ?? []) as { MetricStat?: { Period?: unknown }; Period?: unknown }[];
  const periods = queries.map((query) => numberOf(query.MetricStat?.Period ?? query.Period, 0));
  const seconds = Math.max(numberOf(Period, 0), ...periods) * numberOf(EvaluationPeriods, 1);
  if (seconds <= DAY_SECONDS) return [];
  return [
    {
      ...{ rule: 'AlarmWindowTooLong', severity: 'error', resource: alarm },
      what: `it looks at ${seconds} s, more than a day (${DAY_SECONDS} s): CloudWatch refuses that for periods below an hour, and with longer periods the alarm comes too late`,
      fix: 'lower the period or the evaluation periods',
    },
  ];
}

const ABOVE = ['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold'];

/** The highest value of a metric, if the resource that it measures is in the same template. */
function limitOf(view: TemplateView, { properties }: TemplateResource): { most: number; why: string } | undefined {
  const { Namespace, MetricName, Dimensions = [] } = properties;
  const value = (Dimensions as { Value: unknown }[])[0]?.Value;
  const called = (type: string, property: string) =>
    view.target(value) ?? view.ofType(type).find((resource) => resource.properties[property] === value);
  if (Namespace === 'AWS/SQS' && MetricName === 'ApproximateAgeOfOldestMessage') {
    const queue = called('AWS::SQS::Queue', 'QueueName');
    return queue && { most: retentionOf(queue), why: `its queue drops a message after ${retentionOf(queue)} s` };
  }
  if (Namespace === 'AWS/Lambda' && MetricName === 'Duration') {
    const timeout = called('AWS::Lambda::Function', 'FunctionName');
    return timeout && { most: timeoutOf(timeout) * 1000, why: `its function ends at ${timeoutOf(timeout) * 1000} ms` };
  }
  return undefined;
}

function neverFires(view: TemplateView, alarm: TemplateResource): Finding[] {
  const { Threshold, ComparisonOperator } = alarm.properties;
  const limit = limitOf(view, alarm);
  if (limit === undefined || !ABOVE.includes(String(ComparisonOperator))) return [];
  const threshold = Number(Threshold);
  const reached = ComparisonOperator === 'GreaterThanThreshold' ? limit.most > threshold : limit.most >= threshold;
  if (reached) return [];
  return [
    {
      ...{ rule: 'AlarmNeverFires', severity: 'error', resource: alarm },
      what: `its threshold of ${threshold} can never be reached: ${limit.why}`,
      fix: `set it below ${limit.most}`,
    },
  ];
}

function moreThanThereAre(alarm: TemplateResource): Finding[] {
  const of = numberOf(alarm.properties.EvaluationPeriods, 1);
  const breaching = numberOf(alarm.properties.DatapointsToAlarm, of);
  if (breaching <= of) return [];
  return [
    {
      ...{ rule: 'AlarmNeverFires', severity: 'error', resource: alarm },
      what: `${breaching} of ${of} periods can never be at the threshold`,
      fix: `set datapointsToAlarm to at most ${of}`,
    },
  ];
}
