import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeMeter } from '../../../../lib/engine/telemetry/metrics.ts';
import { captureOutput } from '../../../support/output.ts';

const freeze = () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_123 });
  onTestFinished(() => void vi.useRealTimers());
};

/** The blob that Powertools makes of the same values. */
function byPowertools(counts: Record<string, number>, durations: Record<string, number[]>, jobType?: string): string {
  const output = captureOutput();
  const metrics = new Metrics({ namespace: 'Sluice' });
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ Stage: 'test' });
  if (jobType !== undefined) metrics.addDimensions({ JobType: jobType });
  metrics.addDimensions({});
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
  for (const [name, values] of Object.entries(durations)) {
    for (const value of values) metrics.addMetric(name, MetricUnit.Milliseconds, value);
  }
  metrics.publishStoredMetrics();
  return output.text();
}

test('metrics are byte for byte what Powertools writes of them', () => {
  freeze();
  const theirs = byPowertools(
    { JobsCompleted: 3, JobsFailed: 1 },
    { JobDuration: [5, 0, 7.25], QueueLatency: [12] },
    'probe',
  );
  const output = captureOutput();
  const meter = makeMeter({ stage: 'test', jobType: 'probe' });
  for (const value of [5, -1, 7.25]) meter.milliseconds('JobDuration', value);
  for (let i = 0; i < 3; i++) meter.count('JobsCompleted');
  meter.milliseconds('QueueLatency', 12);
  meter.count('JobsFailed');
  meter.flush();
  expect(output.text()).toBe(theirs);
});

test('metrics of a stage alone are byte for byte what Powertools writes of them', () => {
  freeze();
  const theirs = byPowertools({}, { RetryLateness: [0] });
  const output = captureOutput();
  const meter = makeMeter({ stage: 'test' });
  meter.milliseconds('RetryLateness', 0);
  meter.flush();
  expect(output.text()).toBe(theirs);
});

test.each([
  ['POWERTOOLS_METRICS_DISABLED', 'true', 0],
  ['POWERTOOLS_METRICS_DISABLED', 'false', 1],
  ['POWERTOOLS_DEV', ' YES ', 0],
  ['POWERTOOLS_DEV', '0', 1],
])('with %s=%s metrics are switched as Powertools’ are', (name, value, blobs) => {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const output = captureOutput();
  const meter = makeMeter({ stage: 'test', jobType: 'probe' });
  meter.count('JobsCompleted');
  meter.flush();
  expect(output.blobs()).toHaveLength(blobs);
});
