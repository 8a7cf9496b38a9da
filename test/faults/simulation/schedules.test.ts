import { expect, it } from 'vitest';
import { NETWORK_FAULTS } from '../../../lib/testing/simulation/network-faults.ts';
import { inDepth } from '../../support/depth.ts';
import { simulateOutside } from './support.ts';

const SEEDS = inDepth(20_000, 3000);
/** In depth, both cores. */
const WORKERS = inDepth(2, 1);

it(`no promise is broken in ${SEEDS} schedules of faults from seed 1 on`, { timeout: 1_800_000 }, async () => {
  const { code, output } = await simulateOutside('--workers', String(WORKERS), '--seeds', String(SEEDS));
  expect(output).toMatch(new RegExp(`${SEEDS} of ${SEEDS} schedules from 1, 0 broken`));
  expect(code).toBe(0);
});

const FLOW_SEEDS = inDepth(10_000, 500);

it(`no promise about flows is broken in ${FLOW_SEEDS} schedules from seed 1 on`, { timeout: 1_800_000 }, async () => {
  const { code, output } = await simulateOutside(
    '--flows',
    '--workers',
    String(WORKERS),
    '--seeds',
    String(FLOW_SEEDS),
  );
  expect(output).toMatch(new RegExp(`${FLOW_SEEDS} of ${FLOW_SEEDS} schedules from 1, 0 broken`));
  expect(code).toBe(0);
});

const OPTIMISTIC_SEEDS = inDepth(10_000, 500);

it.each([[], ['--flows']])(
  `no promise is broken in ${OPTIMISTIC_SEEDS} schedules of jobs that begin without a claim %s`,
  { timeout: 1_800_000 },
  async (...options) => {
    const seeds = options.length === 0 ? OPTIMISTIC_SEEDS : OPTIMISTIC_SEEDS / 4;
    const { code, output } = await simulateOutside(
      ...['--optimistic', ...options, '--workers', String(WORKERS), '--seeds', String(seeds)],
    );
    expect(output).toMatch(new RegExp(`${seeds} of ${seeds} schedules from 1, 0 broken`));
    expect(code).toBe(0);
  },
);

// A schedule of them is six times as long as others: outages last, and jobs wait.
const BREAKER_SEEDS = inDepth(2000, 60);

it(`no promise is broken in ${BREAKER_SEEDS} schedules of types with a circuit breaker`, {
  timeout: 1_800_000,
}, async () => {
  const { code, output } = await simulateOutside(
    ...['--breaker', '--workers', String(WORKERS), '--seeds', String(BREAKER_SEEDS)],
  );
  expect(output).toMatch(new RegExp(`${BREAKER_SEEDS} of ${BREAKER_SEEDS} schedules from 1, 0 broken`));
  expect(code).toBe(0);
});

const EXPIRING_SEEDS = inDepth(5000, 300);

it(`no promise is broken in ${EXPIRING_SEEDS} schedules of jobs that expire`, { timeout: 1_800_000 }, async () => {
  const { code, output } = await simulateOutside(
    ...['--expiring', '--workers', String(WORKERS), '--seeds', String(EXPIRING_SEEDS)],
  );
  expect(output).toMatch(new RegExp(`${EXPIRING_SEEDS} of ${EXPIRING_SEEDS} schedules from 1, 0 broken`));
  expect(code).toBe(0);
});

it.runIf(inDepth(true, false)).each(NETWORK_FAULTS)(
  'no promise about flows is broken in 300 schedules full of %s',
  { timeout: 300_000 },
  async (often) => {
    const { code, output } = await simulateOutside('--flows', '--workers', '1', '--seeds', '300', '--often', often);
    expect(output).toMatch(/300 of 300 schedules from 1, 0 broken/);
    expect(code).toBe(0);
  },
);

it.runIf(inDepth(true, false)).each(NETWORK_FAULTS)(
  'no promise is broken in 500 schedules full of %s',
  { timeout: 300_000 },
  async (often) => {
    const { code, output } = await simulateOutside('--workers', '1', '--seeds', '500', '--often', often);
    expect(output).toMatch(/500 of 500 schedules from 1, 0 broken/);
    expect(code).toBe(0);
  },
);
