import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { checkedAlarms } from '../../../../lib/contract/definition/alarm-thresholds.ts';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { alarmsOf, DISPATCHER_ALARMS } from '../../../../lib/infra/monitoring/alarm-names.ts';
import { all } from '../../../fidelity/templates/edges.ts';
import { type Environment, resolveAll } from '../../../fidelity/templates/intrinsics.ts';
import { metricsRead, type Widget, widgetsOf } from '../../../fidelity/templates/metrics-read.ts';
import { SETTINGS, synthesize, type Templates } from '../../../fidelity/templates/synth.ts';
import { jobs, makeApp, synthesize as synthesizeHere } from '../support/fixture.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const TYPES = ['send-email', 'process-payment', 'sync-data', 'generate-report'];
const templates = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);

const dashboardOf = (from: Templates): Widget[] => {
  const [dashboard, ...more] = all(from, 'AWS::CloudWatch::Dashboard');
  if (dashboard === undefined || more.length > 0) throw new Error('not one dashboard');
  return widgetsOf(dashboard.properties);
};
const widgets = dashboardOf(templates);

const alarmNames = all(templates, 'AWS::CloudWatch::Alarm')
  .concat(all(templates, 'AWS::CloudWatch::CompositeAlarm'))
  .map(({ properties }) => String(properties.AlarmName));

describe('the dashboard', () => {
  test('begins with the state of every alarm and the totals', () => {
    const [alarms, totals] = widgets;
    const shown = (alarms?.properties.alarms ?? []).map((arn) => arn.split(':alarm:')[1]);
    expect(shown.toSorted()).toEqual(alarmNames.toSorted());
    expect(shown).toHaveLength(
      TYPES.length * alarmsOf({ alarms: checkedAlarms({}) }).length + Object.keys(DISPATCHER_ALARMS).length,
    );
    expect([alarms?.y, totals?.properties.view, totals?.y]).toEqual([0, 'singleValue', alarms?.height]);
  });

  test('has a row a job type, then the dispatcher', () => {
    const headings = widgets.flatMap(({ properties }) => /^## (.+)/.exec(properties.markdown ?? '')?.[1] ?? []);
    expect(headings).toEqual([...TYPES, 'Retry dispatcher']);
    for (const type of TYPES) {
      const at = widgets.findIndex(({ properties }) => properties.markdown?.startsWith(`## ${type}\n`));
      const row = widgets.slice(at + 1, at + 6);
      expect(new Set(row.map(({ y }) => y)).size, 'side by side').toBe(1);
      const read = row.flatMap(({ properties }) => properties.metrics ?? []).flat();
      expect(read.filter((part) => part === `sluice-prod-${type}`)).toHaveLength(2);
      expect(read.filter((part) => part === `sluice-prod-${type}-dlq`)).toHaveLength(1);
      expect(read.filter((part) => part === type)).toHaveLength(11);
    }
  });

  test('fits its 24 columns, and no widget covers another', () => {
    const cells = new Set<string>();
    let area = 0;
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      area += width * height;
      for (let i = x; i < x + width; i++) for (let j = y; j < y + height; j++) cells.add(`${i},${j}`);
    }
    expect(cells.size).toBe(area);
  });

  test('shows the timeout beside the durations, and the thresholds of alarms', () => {
    const lines = widgets
      .filter(({ properties }) => properties.annotations !== undefined)
      .map(({ properties }) => `${properties.title}: ${JSON.stringify(properties.annotations?.horizontal)}`);
    expect(lines.filter((line) => line.includes('"timeout"'))).toHaveLength(TYPES.length);
    expect(lines.filter((line) => line.includes('"alarm"'))).toHaveLength(2 * TYPES.length + 1);
  });

  test('splits the alarms of a stage with many job types into widgets of a hundred', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      definition: defineJob({ type: `type-${i}`, payload: z.unknown() }),
      entry: jobs[0]?.entry ?? '',
    }));
    const stacks = synthesizeHere(makeApp({ jobs: many }));
    const all = Object.fromEntries(
      Object.entries(stacks).map(([name, { template }]) => [name, template as unknown as Templates[string]]),
    );
    const shown = dashboardOf(resolveAll(all, ENVIRONMENT)).filter(({ type }) => type === 'alarm');
    expect(shown.map(({ properties }) => properties.alarms?.length)).toEqual([100, 11]);
  });
});

describe('the metrics of alarms and dashboard', () => {
  const read = metricsRead(templates);

  test('are all metrics of the contract, in both dimension sets', () => {
    const { namespace, dimension, retryLateness, ...rest } = METRICS;
    const ours = new Set(
      read.filter((metric) => metric.namespace === namespace).map(({ name, dimensions }) => `${name} ${dimensions}`),
    );
    const wanted = [
      ...Object.values(rest).flatMap((name) =>
        ['', ...TYPES.map((type) => `${dimension}=${type}`)].map((d) => `${name} ${d}`),
      ),
      `${retryLateness} `,
    ];
    expect([...ours].toSorted()).toEqual(wanted.toSorted());
  });

  test('belong to queues and functions of the stage', () => {
    const made = {
      QueueName: all(templates, 'AWS::SQS::Queue').map(({ properties }) => properties.QueueName),
      FunctionName: all(templates, 'AWS::Lambda::Function').map(({ properties }) => properties.FunctionName),
    };
    const aws = read.filter(({ namespace }) => namespace !== METRICS.namespace);
    expect(aws.length).toBeGreaterThan(20);
    for (const { dimensions, by } of aws) {
      const [name = '', value] = dimensions[0]?.split('=') ?? [];
      expect(made[name as keyof typeof made], by).toContain(value);
    }
  });
});
