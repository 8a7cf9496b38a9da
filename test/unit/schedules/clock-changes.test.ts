import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { take } from '../../../lib/contract/definition/schedule-times.ts';
import { checkTiming, rateMs, ticksAfter } from '../../../lib/schedules/expression.ts';

/**
 * The page's table of what each expression does where the clock changes, held against EventBridge Scheduler's rule: a time that
 * does not exist is skipped, one that comes twice runs once, a day of a rate has 24 hours (User Guide, "Schedule types").
 */
const PAGE = readFileSync(new URL('../../../lib/schedules/README.md', import.meta.url), 'utf8');
const ROWS = [...PAGE.matchAll(/^\| `((?:cron|at|rate)\(.*\))` \| (.+) \| (.+) \|$/gm)].map(
  ([, expression = '', spring = '', autumn = '']) => [expression, spring, autumn] as const,
);
const timeZone = 'Europe/Berlin';
const DAYS = { spring: '2027-03-28', autumn: '2027-10-31' };
/** A day of Berlin's, from its midnight to its next. */
const SPANS = {
  spring: [Date.parse('2027-03-27T23:00:00Z'), Date.parse('2027-03-28T22:00:00Z')],
  autumn: [Date.parse('2027-10-30T22:00:00Z'), Date.parse('2027-10-31T23:00:00Z')],
} as const;

function ticksOn(expression: string, day: keyof typeof SPANS): number[] {
  const [from, to] = SPANS[day];
  return take(ticksAfter({ expression, timeZone }, from - 1), 2000).filter((atMs) => atMs < to);
}

const timeOf = (atMs: number, day: keyof typeof SPANS): string => {
  const iso = new Date(atMs).toISOString();
  return iso.startsWith(DAYS[day]) ? iso.slice(11, 16) : `${Number(iso.slice(8, 10))} October ${iso.slice(11, 16)}`;
};

function saidOf(expression: string, day: keyof typeof SPANS): string {
  if (rateMs(expression) !== undefined) return `${(rateMs(expression) ?? 0) / 3600_000} hours after the one before`;
  const at = expression.replace('…', DAYS[day]);
  try {
    checkTiming({ expression: at, timeZone }, Date.parse('2027-01-01T00:00:00Z'));
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('leaves this time out')) return 'refused: there is no such time';
    if (message.includes('say it in UTC')) return 'refused: say it in UTC';
    throw error;
  }
  const ticks = ticksOn(at, day);
  if (ticks.length < 10) return ticks.length === 0 ? 'none' : ticks.map((one) => timeOf(one, day)).join(', ');
  const missing = Array.from({ length: 24 }, (_, hour) => hour)
    .map((hour) => `${String(hour).padStart(2, '0')}:00`)
    .filter((hour) => Date.parse(`${DAYS[day]}T${hour}Z`) < SPANS[day][1])
    .filter((hour) => !ticks.some((one) => timeOf(one, day) === hour));
  const gap = missing.map((hour) => `, none from ${hour} to ${hour.replace(':00', ':59')}`).join('');
  return `${ticks.length} ticks${gap}`;
}

describe('on the two days on which the clock of Berlin changes', () => {
  test('the page tells of crons, ats and a rate', () => {
    expect(ROWS.map(([expression]) => expression.split('(')[0])).toEqual([
      ...['cron', 'cron', 'cron', 'cron', 'cron', 'cron', 'at', 'at', 'rate'],
    ]);
  });

  test.each(ROWS)('%s does what the page says', (expression, spring, autumn) => {
    expect([saidOf(expression, 'spring'), saidOf(expression, 'autumn')]).toEqual([spring, autumn]);
  });

  test('a tick of each hour is at most an hour from the one before in spring, and two in autumn', () => {
    const gaps = (day: keyof typeof SPANS) => {
      const ticks = ticksOn('cron(0 * * * ? *)', day);
      return Math.max(...ticks.slice(1).map((atMs, i) => (atMs - (ticks[i] ?? 0)) / 3600_000));
    };
    expect([gaps('spring'), gaps('autumn')]).toEqual([1, 2]);
  });
});
