import { expect, it } from 'vitest';
import { simulateOutside } from '../support.ts';
import { OTHER_MUTANTS } from './other-mutants.ts';

/** The simulation has teeth: each deliberate defect breaks a promise in one of the schedules that `npm test` runs. */
it.each(OTHER_MUTANTS)('it is found that $defect', { timeout: 300_000 }, async ({ defect }) => {
  const { code, output } = await simulateOutside('--seeds', '20000', '--stop', '--mutant', defect);
  expect(output).toMatch(/^seed \d+: /);
  expect(code).toBe(1);
});
