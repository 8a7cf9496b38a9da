import { beforeAll, describe, expect, it } from 'vitest';
import { METRICS, names } from '../../lib/contract/names.ts';
import { type Environment, resolveAll } from '../fidelity/templates/intrinsics.ts';
import { type MetricRead, metricsRead } from '../fidelity/templates/metrics-read.ts';
import { synthesize } from '../fidelity/templates/synth.ts';
import { probeSource } from './app/source.ts';
import { STAGE } from './global-setup.ts';
import { linesOf, parsed } from './support/logs.ts';
import { envelope, eventually, itemOf, newId, type ProbeType, reaches, send, setAttribute } from './support/world.ts';

const ENVIRONMENT: Environment = { account: '000000000000', region: 'us-east-1' };
const TYPES: readonly ProbeType[] = ['probe', 'probe-serial', 'probe-crash'];

interface Blob extends Record<string, unknown> {
  readonly _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
}

/** A metric as CloudWatch would store it: namespace, name, and one dimension set with its values. */
const stored = ({ namespace, name, dimensions }: Omit<MetricRead, 'by'>) =>
  `${namespace} ${name} ${dimensions.join(' ')}`.trim();

function emitted(lines: readonly string[]): Set<string> {
  const blobs = parsed(lines).filter((line): line is Blob => '_aws' in line);
  return new Set(
    blobs.flatMap((blob) =>
      blob._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Metrics.flatMap(({ Name }) =>
          Dimensions.map((set) => {
            const dimensions = set.map((key) => `${key}=${String(blob[key])}`).sort();
            return stored({ namespace: Namespace, name: Name, dimensions });
          }),
        ),
      ),
    ),
  );
}

async function aRejectionOf(type: ProbeType): Promise<void> {
  const leaves = newId('leaves');
  await send(envelope(leaves, [{ do: 'leave', afterMs: 50, ms: 1000 }, { do: 'complete' }]), { type });
  await reaches(leaves, ['COMPLETED'], { type });
}

/** What a run of every kind of end writes: completed, failed, retried, dead, a duplicate, expired, stalled, a rejection left behind. */
async function aRunOf(type: ProbeType): Promise<void> {
  const [good, dead, stalls] = [newId('good'), newId('dead'), newId('stalls')];
  const body = envelope(good, [{ do: 'fail' }, { do: 'complete' }]);
  await send(body, { type });
  await send(envelope(dead, [{ do: 'permanent', message: 'no' }]), { type });
  await reaches(good, ['COMPLETED'], { type });
  await send(body, { type });
  await reaches(dead, ['DEAD'], { type });
  await aRejectionOf(type);
  const late = newId('late');
  await send(envelope(late, [{ do: 'complete' }], { startBefore: new Date(Date.now() - 1000).toISOString() }), {
    type,
  });
  await reaches(late, ['EXPIRED'], { type });
  const steps = envelope(stalls, [{ do: 'fail' }, { do: 'complete' }]);
  await send(steps, { type });
  await eventually(async () => (await itemOf(stalls, type))?.status === 'RETRYING', 'its retry');
  // As a process leaves it that died: begun, its lease out. The message that waits finds it so.
  const id = `${type}#${stalls}`;
  await setAttribute(id, 'leaseUntil', Date.now() - 1000);
  await setAttribute(id, 'status', 'INPROGRESS');
  await send(steps, { type });
  await reaches(stalls, ['COMPLETED'], { type });
}

let found: Set<string>;
let read: MetricRead[];

beforeAll(async () => {
  const templates = resolveAll(await synthesize({ stage: STAGE, emulator: 'embedded' }, probeSource), ENVIRONMENT);
  // Flows have no metrics of their own, and a breaker's are in its own test: what else of these two is read is the others'.
  const isOfOthers = ({ dimensions }: MetricRead) =>
    ['JobType=probe-flow', 'JobType=probe-breaker'].some((type) => dimensions.includes(type));
  read = metricsRead(templates).filter((one) => one.namespace === METRICS.namespace && !isOfOthers(one));
  await Promise.all(TYPES.map(aRunOf));
  const functions = [...TYPES.map((type) => names.consumer(STAGE, type)), names.dispatcher(STAGE)];
  found = await eventually(
    async () => {
      const lines = await Promise.all(functions.map((name) => linesOf(name).catch(() => [])));
      const now = emitted(lines.flat());
      if (read.every((metric) => now.has(stored(metric)))) return now;
      // What reaches MiniStack after a function's answer is written with its next invocation, or lost with its process.
      await Promise.all(TYPES.map(aRejectionOf));
      return false;
    },
    'every metric that is read',
    150_000,
  ).catch(async () => emitted((await Promise.all(functions.map((name) => linesOf(name)))).flat()));
}, 300_000);

const unseen = (metrics: readonly MetricRead[]) =>
  metrics.filter((metric) => !found.has(stored(metric))).map((metric) => `${metric.by} reads ${stored(metric)}`);

describe('every metric that an alarm, an expression or a widget reads', () => {
  it('was emitted in this run, with the very same dimensions', () => {
    expect(read.length).toBeGreaterThan(40);
    expect(unseen(read)).toEqual([]);
  });

  it('and one that is renamed, or read by another dimension set, is reported', () => {
    const [first] = read;
    if (first === undefined) throw new Error('nothing is read');
    expect(unseen([{ ...first, name: `${first.name}s` }])).toHaveLength(1);
    expect(unseen([{ ...first, dimensions: [...first.dimensions, 'service=sluice'] }])).toHaveLength(1);
    expect(unseen([{ ...first, namespace: 'sluice' }])).toHaveLength(1);
  });

  it('and no metric is emitted that nobody reads', () => {
    const readers = new Set(read.map(stored));
    expect([...found].filter((metric) => !readers.has(metric))).toEqual([]);
  });
});
