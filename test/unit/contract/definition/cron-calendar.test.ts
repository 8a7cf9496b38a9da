import { expect, test } from 'vitest';
import { cronTimes, cronTimesFrom } from '../../../../lib/contract/definition/schedule-expression.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A leap year's end of February, and a change of the month. */
const FROM_MS = Date.UTC(2028, 1, 20);
const TO_MS = FROM_MS + 20 * DAY_MS;

function from(expression: string, walk: { fromMs: number; backwards?: boolean }, until: (ms: number) => boolean) {
  const found: number[] = [];
  for (const atMs of cronTimesFrom(expression, walk)) {
    if (until(atMs)) break;
    found.push(atMs);
  }
  return found;
}

test.each([
  'cron(0 2 * * ? *)',
  'cron(5,1,1-3/2 0/7 * * ? *)',
  'cron(30 8 ? * MON-FRI *)',
  'cron(0 12 L,29 2 ? 2028)',
  'cron(0 0 LW,1W * ? *)',
  'cron(15 23,22 ? 2-3 TUE#4,FRIL *)',
])('the times of %s are those of its minutes, both ways', (expression) => {
  const isTime = cronTimes(expression);
  const minutes = Array.from({ length: (TO_MS - FROM_MS) / MINUTE_MS }, (_, i) => FROM_MS + i * MINUTE_MS);
  const wanted = minutes.filter((atMs) => isTime?.(atMs));
  expect(wanted.length).toBeGreaterThan(0);
  expect(from(expression, { fromMs: FROM_MS }, (atMs) => atMs >= TO_MS)).toEqual(wanted);
  const back = from(expression, { fromMs: TO_MS - 1, backwards: true }, (atMs) => atMs < FROM_MS);
  expect(back).toEqual(wanted.toReversed());
});

test('a walk begins with the minute that it is given, in either direction', () => {
  const [first] = cronTimesFrom('cron(0 2 * * ? *)', { fromMs: FROM_MS + 2 * 60 * MINUTE_MS });
  const [last] = cronTimesFrom('cron(0 2 * * ? *)', { fromMs: FROM_MS + 2 * 60 * MINUTE_MS, backwards: true });
  expect([first, last]).toEqual([FROM_MS + 2 * 60 * MINUTE_MS, FROM_MS + 2 * 60 * MINUTE_MS]);
});

test('a rate has no times, nor has a year that is over', () => {
  expect([...cronTimesFrom('rate(5 minutes)', { fromMs: FROM_MS })]).toEqual([]);
  expect([...cronTimesFrom('cron(0 0 1 1 ? 2027)', { fromMs: FROM_MS })]).toEqual([]);
  expect([...cronTimesFrom('cron(0 0 1 1 ? 2030)', { fromMs: FROM_MS, backwards: true })]).toEqual([]);
});
