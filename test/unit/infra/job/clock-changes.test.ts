import { describe, expect, it } from 'vitest';
import { clockChangeWarning } from '../../../../lib/infra/job/clock-changes.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');
const warning = (expression: string, timeZone = 'Europe/Berlin') => clockChangeWarning({ expression, timeZone }, NOW);

const GAP = 'on 2027-03-28 there is no time from 02:00 to 03:00, and it is skipped';
const FOLD = 'on 2027-10-31 the time from 02:00 to 03:00 comes twice, and it runs once';

describe('a schedule in Europe/Berlin', () => {
  it.each([
    ['cron(0 2 * * ? *)', [GAP, FOLD]],
    ['cron(59 2 * * ? *)', [GAP, FOLD]],
    ['cron(30 1,2,4 ? * SUN *)', [GAP, FOLD]],
    ['cron(0 2 ? * SUNL *)', [GAP, FOLD]],
    ['cron(0 2 28 3 ? *)', [GAP]],
    ['cron(0 2 L 10 ? *)', [FOLD]],
    // An hour without this time is no loss for what comes each hour; in the hour that comes twice it does not come again.
    ['cron(0 * * * ? *)', [FOLD]],
    ['cron(0/15 0-6 * * ? *)', [FOLD]],
  ])('%s is warned of', (expression, told) => expect(warning(expression)).toBe(told.join('; ')));

  it.each([
    'cron(0 3 * * ? *)',
    'cron(59 1 * * ? *)',
    'cron(0 2 ? * MON-SAT *)',
    'cron(0 2 1 * ? *)',
    'cron(0 2 * * ? 2030)',
    'cron(0 2 * 4-9 ? *)',
  ])('%s is not', (expression) => expect(warning(expression)).toBeUndefined());
});

it.each([
  ['America/New_York', 'cron(30 2 * * ? *)', 'on 2027-03-14 there is no time from 02:00 to 03:00, and it is skipped'],
  [
    'America/New_York',
    'cron(30 1 * * ? *)',
    'on 2027-11-07 the time from 01:00 to 02:00 comes twice, and it runs once',
  ],
  ['Europe/London', 'cron(0 1 28 3 ? *)', 'on 2027-03-28 there is no time from 01:00 to 02:00, and it is skipped'],
  // At midnight, by half an hour, and the other way round south of the equator.
  ['Africa/Cairo', 'cron(0 0 * 4 ? *)', 'on 2027-04-30 there is no time from 00:00 to 01:00, and it is skipped'],
  [
    'Australia/Lord_Howe',
    'cron(15 2 * 10 ? *)',
    'on 2027-10-03 there is no time from 02:00 to 02:30, and it is skipped',
  ],
])('%s: %s is warned of', (timeZone, expression, told) => expect(warning(expression, timeZone)).toBe(told));

it('a zone without clock changes, UTC, and a rate are not warned of', () => {
  expect(warning('cron(0 2 * * ? *)', 'Asia/Kolkata')).toBeUndefined();
  expect(clockChangeWarning({ expression: 'cron(0 2 * * ? *)' }, NOW)).toBeUndefined();
  expect(clockChangeWarning({ expression: 'rate(1 day)' }, NOW)).toBeUndefined();
});
