import { describe, expect, test } from 'vitest';
import { checkedAlarms } from '../../../../lib/contract/definition/alarm-thresholds.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { alarmsOf, DISPATCHER_ALARMS } from '../../../../lib/infra/monitoring/alarm-names.ts';
import { jobRow } from '../../../../lib/infra/monitoring/dashboard-rows.ts';
import { all } from '../../../fidelity/templates/edges.ts';
import { type Environment, resolveAll } from '../../../fidelity/templates/intrinsics.ts';
import { metricsRead, type Widget, widgetsOf } from '../../../fidelity/templates/metrics-read.ts';
import { type Search, searchOf } from '../../../fidelity/templates/searches.ts';
import { SETTINGS, synthesize } from '../../../fidelity/templates/synth.ts';
import { plain } from '../support/fixture.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const TYPES = ['send-email', 'process-payment', 'sync-data', 'generate-report'];
const templates = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);

const dashboards = new Map(
  all(templates, 'AWS::CloudWatch::Dashboard').map(({ properties }) => [
    String(properties.DashboardName),
    widgetsOf(properties),
  ]),
);
const widgetsNamed = (name: string): Widget[] => dashboards.get(name) ?? [];
const ofStage = widgetsNamed('sluice-prod-eu-west-1');

const alarmNames = all(templates, 'AWS::CloudWatch::Alarm')
  .concat(all(templates, 'AWS::CloudWatch::CompositeAlarm'))
  .map(({ properties }) => String(properties.AlarmName));

const alarmsShown = (widgets: readonly Widget[]) =>
  widgets.flatMap(({ properties }) => (properties.alarms ?? []).map((arn) => arn.split(':alarm:')[1]));

describe('the dashboards', () => {
  test('are one of the stage and one of each type, each in the stack of what it shows', () => {
    expect([...dashboards.keys()]).toEqual([
      'sluice-prod-eu-west-1',
      ...TYPES.map((type) => `sluice-prod-${type}-eu-west-1`),
    ]);
    for (const [name, { Resources }] of Object.entries(templates)) {
      const made = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
      expect(made.map(({ Properties }) => Properties?.DashboardName)).toEqual([
        `${name.replace(/-core$/, '')}-eu-west-1`,
      ]);
    }
  });

  test('of the types are left out with -c jobDashboards=off', async () => {
    const without = await synthesize({ ...SETTINGS.prod, jobDashboards: 'off' });
    const left = all(resolveAll(without, ENVIRONMENT), 'AWS::CloudWatch::Dashboard').map(
      ({ properties }) => properties.DashboardName,
    );
    expect(left).toEqual(['sluice-prod-eu-west-1']);
  });

  test('show every alarm, each once', () => {
    const shown = [...dashboards.values()].flatMap(alarmsShown);
    expect(shown.toSorted()).toEqual(alarmNames.toSorted());
    expect(shown).toHaveLength(
      TYPES.length * alarmsOf({ alarms: checkedAlarms({}), schedule: [] }).length +
        // And the one on schedules made at run time.
        Object.keys(DISPATCHER_ALARMS).length +
        1,
    );
  });

  test.each([...dashboards])('%s fits its 24 columns, and no widget covers another', (_name, widgets) => {
    const cells = new Set<string>();
    let area = 0;
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      area += width * height;
      for (let i = x; i < x + width; i++) for (let j = y; j < y + height; j++) cells.add(`${i},${j}`);
    }
    expect(cells.size).toBe(area);
  });
});

describe('the dashboard of a type', () => {
  test.each(TYPES)('%s has its alarms and a row of its metrics', (type) => {
    const [alarms, heading, ...row] = widgetsNamed(`sluice-prod-${type}-eu-west-1`);
    expect(alarms?.properties.alarms?.every((arn) => arn.includes(`:alarm:sluice-prod-${type}-`))).toBe(true);
    expect(heading?.properties.markdown).toMatch(new RegExp(`^## ${type}\n`));
    expect(row).toHaveLength(5);
    expect(new Set(row.map(({ y }) => y)).size, 'side by side').toBe(1);
    const read = row.flatMap(({ properties }) => properties.metrics ?? []).flat();
    expect(read.filter((part) => part === `sluice-prod-${type}`)).toHaveLength(2);
    expect(read.filter((part) => part === `sluice-prod-${type}-dlq`)).toHaveLength(1);
    expect(read.filter((part) => part === type)).toHaveLength(12);
  });

  test('shows the timeout beside the durations, and the thresholds of alarms', () => {
    const lines = TYPES.flatMap((type) => widgetsNamed(`sluice-prod-${type}-eu-west-1`))
      .filter(({ properties }) => properties.annotations !== undefined)
      .map(({ properties }) => `${properties.title}: ${JSON.stringify(properties.annotations?.horizontal)}`);
    expect(lines.filter((line) => line.includes('"timeout"'))).toHaveLength(TYPES.length);
    expect(lines.filter((line) => line.includes('"alarm"'))).toHaveLength(2 * TYPES.length);
  });
});

describe('the dashboard of the stage', () => {
  const searches = ofStage.flatMap(({ properties }) =>
    (properties.metrics ?? []).flatMap((row) =>
      row.flatMap((part) => (typeof part === 'string' ? [] : (part.expression ?? []))).map((one) => searchOf(one)),
    ),
  );
  const made = ['send-email', 'a'].flatMap((type) =>
    ['prod', 'prod2', 'dev'].flatMap((stage) => [
      ...['', '-dlq'].map((end) => [[`QueueName=sluice-${stage}-${type}${end}`], 'AWS/SQS'] as const),
      [[`FunctionName=sluice-${stage}-${type}`], 'AWS/Lambda'] as const,
      [[`JobType=${type}`, `Stage=${stage}`], 'Sluice'] as const,
    ]),
  );
  const foundBy = ({ name, finds }: Search) =>
    made.filter(([dimensions, namespace]) => finds({ namespace, name, dimensions })).map(([one]) => one.join());

  test('begins with links to all alarms of the stage, and the totals', () => {
    const [links, alarms, totals] = ofStage;
    expect(links?.properties.markdown).toContain("search~'sluice-prod-");
    expect([alarms?.type, totals?.properties.view]).toEqual(['alarm', 'singleValue']);
    const headings = ofStage.flatMap(({ properties }) => /^##? (.+)/.exec(properties.markdown ?? '')?.[1] ?? []);
    expect(headings).toEqual(['Stage prod', 'Job types that do worst', 'Retry dispatcher']);
  });

  test('searches for the ten worst types by each measure, and names none', () => {
    expect(searches).toHaveLength(12);
    expect(new Set(searches.map(({ shown }) => shown))).toEqual(new Set([10]));
    for (const type of TYPES) expect(JSON.stringify(ofStage)).not.toContain(type);
  });

  test('finds the queues and functions of its own stage alone, dead-letter queues apart', () => {
    const found = searches.map((search) => [`${search.namespace} ${search.name}`, new Set(foundBy(search))] as const);
    const queues = ['QueueName=sluice-prod-send-email', 'QueueName=sluice-prod-a'];
    const functions = new Set(['FunctionName=sluice-prod-send-email', 'FunctionName=sluice-prod-a']);
    const visible = found.filter(([name]) => name === 'AWS/SQS ApproximateNumberOfMessagesVisible');
    expect(visible.map(([, names]) => names)).toEqual([new Set(queues.map((one) => `${one}-dlq`)), new Set(queues)]);
    expect(found.filter(([name]) => name.startsWith('AWS/Lambda')).map(([, names]) => names)).toEqual([
      functions,
      functions,
    ]);
    for (const [name, names] of found) {
      if (name.startsWith('Sluice'))
        expect(names).toEqual(new Set(['JobType=send-email,Stage=prod', 'JobType=a,Stage=prod']));
    }
  });
});

describe('the metrics of alarms and dashboard', () => {
  const read = metricsRead(templates);

  test('are all metrics of the contract, in both dimension sets', () => {
    // Only types with `accept` drop messages, only optimistic ones complete after a death, and only some have a breaker: the tests below.
    const {
      namespace,
      stageDimension,
      typeDimension,
      retryLateness,
      dropped: _,
      completedAfterDeath: __,
      breakerOpen: _open,
      breakerOpened: _opened,
      breakerClosed: _closed,
      ...rest
    } = METRICS;
    const ofStage = `${stageDimension}=prod`;
    const ours = new Set(
      read.filter((metric) => metric.namespace === namespace).map(({ name, dimensions }) => `${name} ${dimensions}`),
    );
    const wanted = [
      ...Object.values(rest).flatMap((name) =>
        [ofStage, ...TYPES.map((type) => `${typeDimension}=${type},${ofStage}`)].map((d) => `${name} ${d}`),
      ),
      `${retryLateness} ${ofStage}`,
    ];
    expect([...ours].toSorted()).toEqual(wanted.toSorted());
  });

  test('are those of dropped messages, for a type that accepts messages of others', () => {
    const accepts = { ...plain, accept: () => 'drop' as const };
    const drawn = [plain, accepts].map((definition) => jobRow('prod', definition).flat());
    const rows = drawn.map((widgets) => JSON.stringify(widgets.map((widget) => widget.toJson())));
    expect(rows.map((row) => row.includes(METRICS.dropped))).toEqual([false, true]);
  });

  test('are those of completions after a death, for a type that begins optimistically', () => {
    const drawn = [plain, { ...plain, begin: 'optimistic' as const }].map((one) => jobRow('prod', one).flat());
    const rows = drawn.map((widgets) => JSON.stringify(widgets.map((widget) => widget.toJson())));
    expect(rows.map((row) => row.includes(METRICS.completedAfterDeath))).toEqual([false, true]);
  });

  test('are those of a circuit breaker, for a type that has one', () => {
    const breaker = { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 };
    const drawn = [plain, { ...plain, breaker }].map((one) => jobRow('prod', one).flat());
    const rows = drawn.map((widgets) => JSON.stringify(widgets.map((widget) => widget.toJson())));
    const shown = [METRICS.breakerOpen, METRICS.breakerOpened, METRICS.breakerClosed];
    expect(rows.map((row) => shown.map((name) => row.includes(`"${name}"`)))).toEqual([
      [false, false, false],
      [true, true, true],
    ]);
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
