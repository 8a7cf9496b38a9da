import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../../lib/contract/names.ts';
import { makeMeter } from '../../../../lib/engine/telemetry/metrics.ts';
import { all } from '../../../fidelity/templates/edges.ts';
import { resolveAll } from '../../../fidelity/templates/intrinsics.ts';
import { metricsRead } from '../../../fidelity/templates/metrics-read.ts';
import { searchOf } from '../../../fidelity/templates/searches.ts';
import { synthesize, type Templates } from '../../../fidelity/templates/synth.ts';
import { captureOutput } from '../../../support/output.ts';

const ENVIRONMENT = { account: '123456789012', region: 'eu-west-1' };
const STAGES = ['dev', 'prod'] as const;
const templates = new Map<string, Templates>();
for (const stage of STAGES) templates.set(stage, resolveAll(await synthesize({ stage }), ENVIRONMENT));

const templatesOf = (stage: string): Templates => templates.get(stage) ?? {};
const keyOf = (namespace: string, name: string, dimensions: readonly string[]) =>
  [namespace, name, ...dimensions.toSorted()].join(' ');

const common = (a?: ReadonlySet<string>, b?: ReadonlySet<string>) => [...(a ?? [])].filter((one) => b?.has(one));

/** What alarms and dashboards of a stage read, their searches apart. */
const readBy = (stage: string) =>
  metricsRead(templatesOf(stage)).map(({ namespace, name, dimensions }) => keyOf(namespace, name, dimensions));

/** What a run of a stage emits, a type's consumer and the dispatcher. */
function emittedBy(stage: string) {
  const output = captureOutput();
  const consumer = makeMeter({ stage, jobType: 'send-email' });
  for (const name of ['completed', 'failed', 'retried', 'deadLettered', 'stalled', 'duplicate'] as const)
    consumer.count(METRICS[name]);
  for (const name of ['duration', 'queueLatency'] as const) consumer.milliseconds(METRICS[name], 1);
  const dispatcher = makeMeter({ stage });
  dispatcher.milliseconds(METRICS.retryLateness, 0);
  for (const meter of [consumer, dispatcher]) meter.flush();
  return output.blobs().flatMap((blob) => {
    const { CloudWatchMetrics } = blob._aws as {
      CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[];
    };
    return CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Metrics.flatMap(({ Name }) =>
        Dimensions.map((set) => ({ name: Name, dimensions: set.map((one) => `${one}=${String(blob[one])}`) })),
      ),
    );
  });
}

const searchesOf = (stage: string) =>
  [...JSON.stringify(all(templatesOf(stage), 'AWS::CloudWatch::Dashboard')).matchAll(/SLICE\(.*?, 0, \d+\)/g)].map(
    ([expression]) => searchOf(expression.replaceAll(/\\+"/g, '"')),
  );

describe('two stages in one account and region', () => {
  test('read no metric in common', () => {
    const [dev, prod] = STAGES.map((stage) => new Set(readBy(stage)));
    expect(dev?.size).toBeGreaterThan(60);
    expect(common(dev, prod)).toEqual([]);
  });

  test('each emit what its own alarms and dashboards read, and the other’s do not', () => {
    const ofDev = emittedBy('dev');
    const keys = ofDev.map(({ name, dimensions }) => keyOf(METRICS.namespace, name, dimensions));
    const [own, other] = STAGES.map((stage) => new Set(readBy(stage)));
    expect(keys.length).toBeGreaterThan(15);
    expect(keys.filter((key) => !own?.has(key))).toEqual([]);
    expect(keys.filter((key) => other?.has(key))).toEqual([]);
    const found = (stage: string) =>
      searchesOf(stage).flatMap((search) =>
        ofDev.filter((one) => search.finds({ namespace: METRICS.namespace, ...one })),
      );
    expect([found('dev').length > 5, found('prod')]).toEqual([true, []]);
  });

  test('have no name in common', () => {
    const [dev, prod] = STAGES.map((stage) => namesIn(templatesOf(stage)));
    expect(dev?.size).toBeGreaterThan(50);
    expect(common(dev, prod)).toEqual([]);
  });
});

/** Names that are given, whatever they name. */
function namesIn(all: Templates): Set<string> {
  const given = Object.values(all).flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties).flatMap(([key, value]) =>
        /^(Name|\w+Name)$/.test(key) && typeof value === 'string' ? [`${Type} ${key} ${value}`] : [],
      ),
    ),
  );
  return new Set(given.filter((name) => !/ (Namespace|MetricName|PolicyName) /.test(name)));
}

/** Kinds of names that are one region's alone; all others are the account's, or the world's (AWS's page of each service). */
const OF_A_REGION =
  /^AWS::(CloudWatch::(Alarm|CompositeAlarm)|DynamoDB::GlobalTable|Lambda::\w+|Logs::(LogGroup|QueryDefinition)|SNS::Topic|SQS::Queue|SecretsManager::Secret|KMS::Alias|SES::\w+|SSM::Parameter|Scheduler::\w+) /;

test('one stage in two regions has no name in common that is the account’s', async () => {
  const [here, there] = await Promise.all(
    ['eu-west-1', 'us-east-1'].map(async (region) => {
      const settings = { stage: 'prod', encryption: 'kms', region };
      return namesIn(resolveAll(await synthesize(settings), { ...ENVIRONMENT, region }));
    }),
  );
  const shared = common(here, there);
  expect(shared.length).toBeGreaterThan(50);
  expect(shared.filter((name) => !OF_A_REGION.test(name))).toEqual([]);
});
