import { expect, it } from 'vitest';
import { simulateOutside } from './support.ts';

const FROM = 1;
const SEEDS = 10_000;

// The other half is another file: vitest gives each core one.
it(`no promise is broken in ${SEEDS} schedules of faults from seed ${FROM} on`, { timeout: 300_000 }, async () => {
  const { code, output } = await simulateOutside('--from', String(FROM), '--seeds', String(SEEDS));
  expect(output).toMatch(new RegExp(`${SEEDS} of ${SEEDS} schedules from ${FROM}, 0 broken`));
  expect(code).toBe(0);
});
