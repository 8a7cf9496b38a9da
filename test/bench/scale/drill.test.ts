import { expect, test } from 'vitest';
import { mostStartsWhileOpen, mostUntilAllEnded } from './criteria.ts';
import { drillOutage } from './drill.ts';
import { DRILL_BREAKER, drill } from './scenarios.ts';

const SIZE = { jobs: 1000, outageSeconds: 900 };

test('a breaker brings all jobs over an outage that kills them without it', { timeout: 120_000 }, async () => {
  const options = drill({ ...SIZE, breaker: DRILL_BREAKER });
  const { untilSecond } = options.outage;
  const { starts, openings, ...seen } = await drillOutage(options);
  expect(seen).toMatchObject({ completed: SIZE.jobs, dead: 0, left: { queue: 0, deadLetters: 0 } });
  expect(openings).toEqual([{ openedAt: expect.any(Number), closedAt: expect.any(Number) }]);
  expect(openings[0]?.closedAt).toBeGreaterThan(untilSecond);
  expect(mostStartsWhileOpen(starts, openings, DRILL_BREAKER.probeSeconds)).toBe(1);
  expect(seen.lastEndSecond - untilSecond).toBeLessThanOrEqual(mostUntilAllEnded(options));

  const plain = await drillOutage(drill(SIZE));
  expect(plain.dead).toBeGreaterThan(SIZE.jobs / 3);
  expect([plain.openings, plain.dead + plain.completed]).toEqual([[], SIZE.jobs]);
});
