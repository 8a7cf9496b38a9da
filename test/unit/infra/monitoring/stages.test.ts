import { describe, expect, test } from 'vitest';
import { METRICS, partsOf } from '../../../../lib/contract/names.ts';
import { makeMeter } from '../../../../lib/engine/telemetry/metrics.ts';
import { all } from '../../../fidelity/templates/edges.ts';
import { resolveAll } from '../../../fidelity/templates/intrinsics.ts';
import { metricsRead } from '../../../fidelity/templates/metrics-read.ts';
import { searchOf } from '../../../fidelity/templates/searches.ts';
import { synthesize, type Templates } from '../../../fidelity/templates/synth.ts';
import { captureOutput } from '../../../support/output.ts';

const ENVIRONMENT = { account: '123456789012', region: 'eu-west-1' };
const STAGES = ['dev', 'prod', 'shop/prod'] as const;
const templates = new Map<string, Templates>();
for (const stage of STAGES) templates.set(stage, resolveAll(await synthesize(partsOf(stage)), ENVIRONMENT));

const templatesOf = (stage: string): Templates => templates.get(stage) ?? {};
const keyOf = (namespace: string, name: string, dimensions: readonly string[]) =>
  [namespace, name, ...dimensions.toSorted()].join(' ');

const common = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((one) => b.has(one));

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

describe.each([
  ['dev', 'prod'],
  ['prod', 'shop/prod'],
])('two stages in one account and region, %s and %s,', (one, another) => {
  test('read no metric in common', () => {
    const [own, other] = [new Set(readBy(one)), new Set(readBy(another))];
    expect(own.size).toBeGreaterThan(60);
    expect(common(own, other)).toEqual([]);
  });

  test('each emit what its own alarms and dashboards read, and the other’s do not', () => {
    const ofOne = emittedBy(one);
    const keys = ofOne.map(({ name, dimensions }) => keyOf(METRICS.namespace, name, dimensions));
    const [own, other] = [new Set(readBy(one)), new Set(readBy(another))];
    expect(keys.length).toBeGreaterThan(15);
    expect(keys.filter((key) => !own.has(key))).toEqual([]);
    expect(keys.filter((key) => other.has(key))).toEqual([]);
    const found = (stage: string) =>
      searchesOf(stage).flatMap((search) =>
        ofOne.filter((emitted) => search.finds({ namespace: METRICS.namespace, ...emitted })),
      );
    expect([found(one).length > 5, found(another)]).toEqual([true, []]);
  });
});
