import { expect, it } from 'vitest';
import { inDepth } from '../../../support/depth.ts';
import { simulateOutside } from '../support.ts';
import type { Mutant } from './mutant.ts';

/**
 * The simulation has teeth: each deliberate defect breaks a promise in one of the schedules that `npm run test:deep` runs.
 * Otherwise every third is tried.
 */
export function findEach(mutants: readonly Mutant[]): void {
  const tried = inDepth(
    mutants,
    mutants.filter((_, i) => i % 3 === 1),
  );
  it.each(tried)('it is found that $defect', { timeout: 900_000 }, async ({ defect }) => {
    const { code, output } = await simulateOutside('--workers', '1', '--seeds', '20000', '--stop', '--mutant', defect);
    expect(output).toMatch(/^seed \d+: /);
    expect(code).toBe(1);
  });
}
