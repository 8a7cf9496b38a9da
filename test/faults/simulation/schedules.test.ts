import { expect, it } from 'vitest';
import { inDepth } from '../../support/depth.ts';
import { simulateOutside } from './support.ts';

const SEEDS = inDepth(20_000, 3000);
/** In depth, both cores. */
const WORKERS = inDepth(2, 1);

it(`no promise is broken in ${SEEDS} schedules of faults from seed 1 on`, { timeout: 900_000 }, async () => {
  const { code, output } = await simulateOutside('--workers', String(WORKERS), '--seeds', String(SEEDS));
  expect(output).toMatch(new RegExp(`${SEEDS} of ${SEEDS} schedules from 1, 0 broken`));
  expect(code).toBe(0);
});
