import { expect, it } from 'vitest';
import { BREAKER_SCENARIOS } from './breaker-scenarios.ts';
import { pairEverywhere } from './enumerate.ts';
import { FLOW_SCENARIOS } from './flow-scenarios.ts';
import { OPTIMISTIC_SCENARIOS } from './optimistic-scenarios.ts';
import { SCENARIOS } from './scenarios.ts';

const SHORT = [...SCENARIOS, ...FLOW_SCENARIOS, ...OPTIMISTIC_SCENARIOS, ...BREAKER_SCENARIOS].filter(
  ({ pairs }) => pairs,
);

it.each(SHORT)('no promise breaks, whichever two faults strike: $name', { timeout: 240_000 }, async (scenario) => {
  const { runs, failures } = await pairEverywhere(scenario);
  expect(failures).toEqual([]);
  expect(runs).toBeGreaterThanOrEqual(50);
});
