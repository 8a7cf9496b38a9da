import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { alarmsOf, JOB_ALARMS } from '../../../../lib/infra/monitoring/alarm-names.ts';
import { DEFAULT_RUNBOOK, RUNBOOK, runbookLink } from '../../../../lib/infra/monitoring/runbook.ts';
import { DEFINITIONS, jobs, makeApp, plain, synthesize, tuned } from '../support/fixture.ts';
import { arn, asText, ofType, one, type Resource } from '../support/template.ts';

const ticking = defineJob({
  type: 'ticking',
  payload: z.object({}),
  schedule: [{ name: 'hourly', expression: 'rate(1 hour)', payload: {} }],
});
const broken = defineJob({
  type: 'broken',
  payload: z.object({}),
  breaker: { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 },
});
const added = [ticking, broken];
const sources = [...jobs, ...added.map((definition) => ({ definition, entry: jobs[0]?.entry ?? '' }))];
const stacks = synthesize(makeApp({ jobs: sources, context: { stage: 'prod' } }));
const TYPES = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];
const alarmsIn = (stack: string) => TYPES.flatMap((type) => ofType(stacks[stack]?.resources ?? [], type));
const nameOf = ({ properties }: Resource) => String(properties.AlarmName);
const everyAlarm = Object.keys(stacks).flatMap(alarmsIn);

/** What is watched, and when it is on: `AWS/SQS ApproximateAgeOfOldestMessage Maximum of sluice-… ≥ 120, 5 of 5 × 60 s`. */
function condition({ properties }: Resource): string {
  const { Namespace, MetricName, Dimensions, Metrics } = properties;
  const dimensions = ((Dimensions ?? []) as { Value: string }[]).map(({ Value }) => Value).join(' ');
  const expression = (Metrics as { Expression?: string }[] | undefined)?.find(
    ({ Expression }) => Expression,
  )?.Expression;
  const period = properties.Period ?? (Metrics as { MetricStat?: { Period: number } }[])[1]?.MetricStat?.Period;
  const how = properties.Statistic ?? properties.ExtendedStatistic;
  const what = expression ?? `${String(Namespace)} ${String(MetricName)} ${String(how)} of ${dimensions || 'all'}`;
  const sign = properties.ComparisonOperator === 'LessThanThreshold' ? '<' : '≥';
  const { Threshold, DatapointsToAlarm, EvaluationPeriods, TreatMissingData } = properties;
  return `${what} ${sign} ${Threshold}, ${DatapointsToAlarm} of ${EvaluationPeriods} × ${period} s, ${TreatMissingData}`;
}

const table = (stack: string) =>
  Object.fromEntries(
    ofType(stacks[stack]?.resources ?? [], 'AWS::CloudWatch::Alarm').map((alarm) => [nameOf(alarm), condition(alarm)]),
  );

describe('alarms have the definition’s thresholds and watch their own metrics', () => {
  test('for each alarm of a job type', () => {
    const name = `sluice-prod-${tuned.type}`;
    const rate = 'FILL(failed, 0) + FILL(completed, 0)';
    expect(table(tuned.type)).toEqual({
      [`${name}-function-errors`]: `AWS/Lambda Errors Sum of ${name} ≥ 4, 3 of 5 × 60 s, notBreaching`,
      [`${name}-dlq-not-empty`]: `AWS/SQS ApproximateNumberOfMessagesVisible Maximum of ${name}-dlq ≥ 3, 1 of 5 × 60 s, notBreaching`,
      [`${name}-failure-rate`]: `IF(${rate} >= 50, 100 * FILL(failed, 0) / (${rate}), 0) ≥ 25, 1 of 3 × 300 s, notBreaching`,
      [`${name}-throttles`]: `AWS/Lambda Throttles Sum of ${name} ≥ 5, 5 of 5 × 60 s, notBreaching`,
      [`${name}-near-timeout`]: `Sluice JobDuration p95 of ${tuned.type} prod ≥ 60000, 3 of 5 × 60 s, notBreaching`,
      [`${name}-queue-depth`]: `AWS/SQS ApproximateNumberOfMessagesVisible Maximum of ${name} ≥ 7, 5 of 5 × 60 s, notBreaching`,
      [`${name}-queue-age`]: `AWS/SQS ApproximateAgeOfOldestMessage Maximum of ${name} ≥ 120, 5 of 5 × 60 s, notBreaching`,
      [`${name}-stalled`]: `Sluice JobsStalled Sum of ${tuned.type} prod ≥ 2, 1 of 1 × 300 s, notBreaching`,
      [`${name}-duplicates`]: `Sluice JobsDuplicate Sum of ${tuned.type} prod ≥ 6, 1 of 1 × 300 s, notBreaching`,
    });
  });

  test('for a circuit breaker: minutes without a batch keep the state', () => {
    const own = table('broken');
    expect(own['sluice-prod-broken-breaker-open']).toBe('MAX([open, 0 * completed]) ≥ 1, 1 of 1 × 60 s, ignore');
    const watched = one(stacks.broken?.resources ?? [], TYPES[0] ?? '', {
      AlarmName: 'sluice-prod-broken-breaker-open',
    });
    expect(watched.properties.Metrics).toMatchObject([
      { Expression: expect.any(String) },
      { Id: 'open', MetricStat: { Metric: { MetricName: 'BreakerOpen' }, Stat: 'Maximum' } },
      { Id: 'completed', MetricStat: { Metric: { MetricName: 'JobsCompleted' }, Stat: 'Sum' } },
    ]);
    const others = Object.keys(stacks).filter((stack) => stack !== 'broken');
    expect(others.flatMap((stack) => Object.keys(table(stack))).filter((name) => /breaker/.test(name))).toEqual([]);
  });

  test('for a definition with default thresholds', () => {
    const thresholds = ofType(stacks[plain.type]?.resources ?? [], 'AWS::CloudWatch::Alarm').map((alarm) => [
      nameOf(alarm).slice('sluice-prod-plain-'.length),
      alarm.properties.Threshold,
    ]);
    expect(Object.fromEntries(thresholds)).toEqual({
      'function-errors': 1,
      'dlq-not-empty': 1,
      'failure-rate': 50,
      throttles: 1,
      'near-timeout': 24_000,
      'queue-depth': 1000,
      'queue-age': 900,
      stalled: 3,
    });
  });

  test.each([
    // A metric that was not emitted is no number: CloudWatch has nothing to add.
    ['every attempt failed, so that nothing completed', { failed: 50 }, 100],
    ['a quarter failed', { failed: 25, completed: 75 }, 25],
    ['none failed', { completed: 80 }, 0],
    ['fewer attempts than mean something', { failed: 49 }, 0],
    ['no attempts', {}, 0],
  ])('the failure rate when %s', (_when, emitted: { failed?: number; completed?: number }, percent) => {
    const alarm = ofType(stacks[tuned.type]?.resources ?? [], 'AWS::CloudWatch::Alarm').find((one) =>
      nameOf(one).endsWith('-failure-rate'),
    );
    const [expression] = ((alarm?.properties.Metrics ?? []) as { Expression?: string }[]).flatMap(
      (query) => query.Expression ?? [],
    );
    const functions = {
      FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
      IF: (condition: boolean, value: number, otherwise: number) => (condition ? value : otherwise),
    };
    const nothing = { failed: undefined, completed: undefined };
    expect(runInNewContext(String(expression), { ...functions, ...nothing, ...emitted })).toBe(percent);
  });

  test('for the dispatcher, where missing data is a fault, and for schedules made at run time', () => {
    const name = 'sluice-prod-dispatcher';
    expect(table('core')).toEqual({
      [`${name}-errors`]: `AWS/Lambda Errors Sum of ${name} ≥ 1, 3 of 5 × 60 s, notBreaching`,
      [`${name}-no-tick`]: 'Sluice RetryLateness SampleCount of prod < 1, 3 of 3 × 60 s, breaching',
      [`${name}-retries-overdue`]: 'Sluice RetryLateness Maximum of prod ≥ 120000, 3 of 5 × 60 s, notBreaching',
      'sluice-prod-schedules-failed':
        'AWS/SQS ApproximateNumberOfMessagesVisible Maximum of sluice-prod-_schedules-dlq ≥ 1, 1 of 5 × 60 s, notBreaching',
    });
  });
});

describe('notifications', () => {
  const topic = arn('sns', 'sluice-prod-alarms');
  const core = one(stacks.core?.resources ?? [], 'AWS::SNS::Topic');
  const actionsOf = ({ properties }: Resource) => [properties.AlarmActions, properties.OKActions];
  const SYMPTOMS = ['queueDepth', 'queueAge', 'stalled'] as const;

  test('go to the topic when an alarm goes off and when it is OK again, except for symptoms', () => {
    const silent = everyAlarm.filter((alarm) => actionsOf(alarm).every((actions) => actions === undefined));
    expect(silent.map(nameOf)).toEqual(
      [...DEFINITIONS, ...added].flatMap(({ type }) =>
        SYMPTOMS.map((symptom) => `sluice-prod-${type}-${JOB_ALARMS[symptom]}`),
      ),
    );
    for (const alarm of everyAlarm.filter((one) => !silent.includes(one))) {
      const to = /^sluice-prod-(dispatcher-|schedules-failed$)/.test(nameOf(alarm)) ? `\${${core.id}}` : topic;
      for (const actions of actionsOf(alarm)) expect((actions as unknown[]).map(asText)).toEqual([to]);
    }
  });

  test.each(DEFINITIONS)(
    'of the symptoms of $type come from one alarm, silent while the consumer is down',
    ({ type }) => {
      const resources = stacks[type]?.resources ?? [];
      const { properties } = one(resources, 'AWS::CloudWatch::CompositeAlarm');
      const byName = (suffix: string) =>
        ofType(resources, TYPES[0] ?? '').find((alarm) => nameOf(alarm).endsWith(suffix));
      const symptoms = SYMPTOMS.map((symptom) => `ALARM("\${${byName(JOB_ALARMS[symptom])?.id}.Arn}")`);
      expect(asText(properties.AlarmRule)).toBe(`(${symptoms.join(' OR ')})`);
      expect(properties).toMatchObject({
        AlarmName: `sluice-prod-${type}-not-getting-through`,
        ActionsSuppressor: { 'Fn::GetAtt': [byName('function-errors')?.id, 'Arn'] },
        ActionsSuppressorWaitPeriod: 180,
        ActionsSuppressorExtensionPeriod: 900,
      });
    },
  );

  test('go to the addresses of -c alarmEmail=', () => {
    const subscriptions = (alarmEmail?: string) =>
      ofType(
        synthesize(makeApp({ context: alarmEmail === undefined ? {} : { alarmEmail } })).core?.resources ?? [],
        'AWS::SNS::Subscription',
      ).map(({ properties }) => [properties.Protocol, properties.Endpoint]);
    expect(subscriptions()).toEqual([]);
    expect(subscriptions('a@example.com, b@example.com,a@example.com')).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
    expect(() => subscriptions('a@example.com,ops')).toThrow(
      'alarmEmail must be e-mail addresses separated by commas, got "ops" in "a@example.com,ops"',
    );
  });
});

describe('the description of an alarm', () => {
  test('holds its meaning, what to look at first, the command, and a link to the runbook', () => {
    const ofTypes = [plain, tuned, ...added].flatMap(alarmsOf);
    // The dispatcher's three, one on schedules made at run time, and one on missing ticks.
    expect(everyAlarm).toHaveLength(ofTypes.length + 3 + 1 + 1);
    const links = Object.keys(RUNBOOK).map((topic) => runbookLink(topic as keyof typeof RUNBOOK, DEFAULT_RUNBOOK));
    const used = new Set<string>();
    for (const alarm of everyAlarm) {
      const said = String(alarm.properties.AlarmDescription);
      expect(said).toMatch(/^Sluice prod( [a-z0-9-]+)?: .+[Ll]ook at .+ Runbook: lib\/operator\/README\.md#[a-z-]+$/);
      expect(said, 'a command of the prod stage').toMatch(/npx sluice [a-z ]+( [a-z0-9-]+)? --stage prod/);
      expect(said.length, nameOf(alarm)).toBeLessThanOrEqual(1024);
      const link = said.split('Runbook: ')[1] ?? '';
      expect(links).toContain(link);
      used.add(link);
    }
    expect(used.size, 'every section is some alarm’s').toBe(links.length);
  });

  test('links to a team’s own copy of the runbook', () => {
    const own = synthesize(makeApp({ context: { runbook: 'https://git.example.com/jobs/runbook.md' } }));
    const dead = one(own.plain?.resources ?? [], TYPES[0] ?? '', { AlarmName: 'sluice-dev-plain-dlq-not-empty' });
    expect(dead.properties.AlarmDescription).toMatch(
      /https:\/\/git\.example\.com\/jobs\/runbook\.md#dead-letter-queue-not-empty$/,
    );
  });

  test('links to a heading of the runbook that explains it', () => {
    const runbook = readFileSync(new URL(`../../../../${DEFAULT_RUNBOOK}`, import.meta.url), 'utf8');
    const headings = runbook.split('\n').flatMap((line) => /^#{2,4} (.+)$/.exec(line)?.[1] ?? []);
    expect(Object.values(RUNBOOK).filter((heading) => !headings.includes(heading))).toEqual([]);
  });
});
