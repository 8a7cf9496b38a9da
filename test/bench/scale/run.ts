import { DEFAULT_RETRY_POLICY, plannedDelayMs, type RetryPolicy } from '../../../lib/contract/retry-policy.ts';
import { MAX_IN_FLIGHT } from '../../../lib/testing/memory-queue.ts';
import { seeded } from '../seeded.ts';
import { type Outage, simulateOutage } from './outage.ts';

const SETTING = { jobs: 1_000_000, arrivalSeconds: 7200, outageSeconds: 600, capacityPerSecond: 4000 };
const patient: RetryPolicy = { ...DEFAULT_RETRY_POLICY, maxAttempts: 8 };
const without = (policy: RetryPolicy): RetryPolicy => ({ ...policy, backoff: { ...policy.backoff, jitter: 0 } });

const ways: [string, RetryPolicy][] = [
  ['the default policy (5 attempts)', DEFAULT_RETRY_POLICY],
  ['8 attempts', patient],
  ['8 attempts, jitter 0 (to compare)', without(patient)],
];

const shown = (count: number) => count.toLocaleString('en');
console.log(
  `${shown(SETTING.jobs)} jobs over ${SETTING.arrivalSeconds / 3600} h, a third party out for ${SETTING.outageSeconds / 60} min at their peak; room for ${shown(SETTING.capacityPerSecond)} starts/s\n`,
);
console.log(
  '| policy | completed | dead | failed attempts | new jobs/s at the peak | retries due/s after the outage, at most | starts/s | in flight, at most | parked, at most | drained after |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
for (const [name, policy] of ways) {
  const outage: Outage = simulateOutage({ ...SETTING, policy, random: seeded(1) });
  const { completed, dead, failed, peakArrivals, peakRetriesDue, peakStarts, peakInFlight, peakParked, drainSeconds } =
    outage;
  const cells = [completed, dead, failed, peakArrivals, peakRetriesDue, peakStarts, peakInFlight, peakParked].map(
    shown,
  );
  console.log(`| ${[name, ...cells, `${Math.round(drainSeconds / 60)} min`].join(' | ')} |`);
  // Each delay of the policy that fits in the outage is one wave, as wide as the outage and as high as the arrivals.
  const waves = [1, 2, 3, 4, 5].filter((n) => plannedDelayMs(policy.backoff, n) <= SETTING.outageSeconds * 1000).length;
  const herd = peakRetriesDue > waves * peakArrivals;
  if (herd || peakInFlight >= MAX_IN_FLIGHT || completed + dead !== SETTING.jobs) process.exitCode = 1;
}
