import { expect, it } from 'vitest';
import { BREAKER_SCENARIOS } from './breaker-scenarios.ts';
import { crashEverywhere } from './enumerate.ts';
import { FLOW_SCENARIOS } from './flow-scenarios.ts';
import { OPTIMISTIC_SCENARIOS } from './optimistic-scenarios.ts';
import { SCENARIOS } from './scenarios.ts';

/** Before and after every call to AWS and at every timer, of every process in the scenario, the dispatcher's included. */
it.each([...SCENARIOS, ...FLOW_SCENARIOS, ...OPTIMISTIC_SCENARIOS, ...BREAKER_SCENARIOS])(
  'no promise breaks, wherever a process dies: $name',
  { timeout: 120_000 },
  async (scenario) => {
    const { runs, failures } = await crashEverywhere(scenario);
    expect(failures).toEqual([]);
    expect(runs).toBeGreaterThanOrEqual(2);
  },
);
