import { PARTNER } from '../handler.ts';
import type { Scenario } from './scenarios.ts';

const jobs = (count: number, maxAttempts?: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...{ id: `p${n}`, payload: { do: PARTNER, seconds: 1, mark: `p${n}` } },
    ...(maxAttempts !== undefined && { maxAttempts }),
  }));

/** Short outages of a type with a circuit breaker. */
export const BREAKER_SCENARIOS: readonly Scenario[] = [
  { name: 'a job completes under a breaker that is closed', messages: jobs(1), downSeconds: 0, pairs: true },
  { name: 'two jobs open a breaker, and its first probe closes it', messages: jobs(2), downSeconds: 5 },
  { name: 'the first probe of a breaker fails', messages: jobs(2), downSeconds: 15 },
  { name: 'a breaker opens, and a third job waits in its queue, then parked', messages: jobs(3), downSeconds: 100 },
  { name: 'jobs of two attempts outlast an outage', messages: jobs(3, 2), downSeconds: 40 },
];
