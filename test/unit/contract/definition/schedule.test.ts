import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { JobOptions } from '../../../../lib/contract/definition/job-options.ts';

const payload = z.object({ n: z.number(), note: z.string().default('none') });
type Options = JobOptions<'tidy-up', typeof payload>;
const define = (schedule: unknown) => defineJob({ type: 'tidy-up', payload, schedule } as Options);
const one = (more: object) => define([{ name: 'nightly', expression: 'rate(1 day)', payload: { n: 1 }, ...more }]);
const expressed = (expression: unknown) => one({ expression });

describe('schedules', () => {
  it('keep what was given, UTC being the default', () => {
    const berlin = {
      name: 'nightly',
      expression: 'cron(0 2 * * ? *)',
      timeZone: 'Europe/Berlin',
      payload: { n: 1 },
      offInStages: ['dev'],
    };
    const utc = { ...berlin, name: 'utc', timeZone: 'UTC', offInStages: undefined };
    const { schedule } = define([berlin, utc]);
    expect(schedule).toEqual([berlin, { ...berlin, name: 'utc', timeZone: undefined, offInStages: [] }]);
    for (const part of [schedule, schedule[0], schedule[0]?.offInStages]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('have the payload of their definition', () => {
    type Given = NonNullable<Options['schedule']>[number]['payload'];
    expectTypeOf<Given>().toEqualTypeOf<z.input<typeof payload>>();
  });

  it.each([
    ...['rate(1 minute)', 'rate(5 minutes)', 'rate(1 hour)', 'rate(12 hours)', 'rate(1 day)', 'rate(7 days)'],
    // Every example of the EventBridge User Guide, "Cron expressions".
    ...['cron(0 10 * * ? *)', 'cron(15 12 * * ? *)', 'cron(0 18 ? * MON-FRI *)', 'cron(0 8 1 * ? *)'],
    ...['cron(0/15 * * * ? *)', 'cron(0/10 * ? * MON-FRI *)', 'cron(0/5 8-17 ? * MON-FRI *)'],
    ...['cron(0/30 20-23 ? * MON-FRI *)', 'cron(0/30 0-2 ? * MON-FRI *)', 'cron(0 9 ? * 2#1 *)', 'cron(0 9 ? * 6L *)'],
    ...['cron(0 0 L * ? *)', 'cron(0 0 LW * ? *)', 'cron(0 0 3W * ? *)', 'cron(0 0 1,15 JAN,JUL ? 2026-2030)'],
    ...[
      'cron(0 0 29 2 ? *)',
      'cron(0 0 29 FEB ? 2028)',
      'cron(0 0 ? 2 MON#5 *)',
      'cron(0 0 31W * ? *)',
      'cron(0 0 1W 8 ? 2026)',
    ],
    ...[
      'cron(0 22-23,0-8 ? * FRI-SAT,SUN-MON *)',
      'cron(0 0 30/1 1-3 ? *)',
      'cron(0 0 1 1 ? 2020-2027)',
      'cron(0 0 ? 2 L 2026)',
    ],
    ...['cron(59 23 31 12 ? 2199)', 'cron(*/7 * ? * TUEL *)', 'cron(0 0 ? * SUN#5 2026)'],
  ])('take %s', (expression) => {
    expect(expressed(expression).schedule).toMatchObject([{ expression }]);
  });

  it.each<[unknown, string]>([
    [undefined, 'must be text, as rate(5 minutes), got undefined'],
    ['5 minutes', 'must be rate(5 minutes) or cron(0 2 * * ? *)'],
    ['at(2026-01-01T00:00:00)', 'must be rate(5 minutes) or cron(0 2 * * ? *)'],
    ['rate(0 minutes)', 'must be a whole number of minutes, hours or days'],
    ['rate(1.5 hours)', 'must be a whole number of minutes, hours or days'],
    ['rate(30 seconds)', 'must be a whole number of minutes, hours or days'],
    ['rate(5  minutes)', 'must be a whole number of minutes, hours or days'],
    ['rate(1 minutes)', 'must be rate(1 minute): EventBridge is strict about the plural, got "rate(1 minutes)"'],
    ['rate(2 hour)', 'must be rate(2 hours): EventBridge is strict about the plural'],
    ['cron(0 2 * * *)', 'must have six fields, one blank between them, as cron(0 2 * * ? *)'],
    ['cron(0  2 * * ? *)', 'must have six fields'],
    ['cron(60 2 * * ? *)', 'has "60" for minutes, which is 0 to 59'],
    ['cron(0 24 * * ? *)', 'has "24" for hours, which is 0 to 23'],
    ['cron(0 2 0 * ? *)', 'has "0" for day of month, which is 1 to 31'],
    ['cron(0 2 32W * ? *)', 'has "32W" for day of month'],
    ['cron(0 2 * 13 ? *)', 'has "13" for month, which is 1 to 12'],
    ['cron(0 2 * JAM ? *)', 'has "JAM" for month'],
    ['cron(0 2 ? * 0 *)', 'has "0" for day of week, which is 1 to 7'],
    ['cron(0 2 ? * MOO#1 *)', 'has "MOO#1" for day of week'],
    ['cron(0 2 ? * MON#6 *)', 'has "MON#6" for day of week'],
    ['cron(0 2 * * ? 1969)', 'has "1969" for year, which is 1970 to 2199'],
    ['cron(0/0 2 * * ? *)', 'has "0/0" for minutes'],
    ['cron(1- 2 * * ? *)', 'has "1-" for minutes'],
    ['cron(1,,2 2 * * ? *)', 'has "" for minutes'],
    ['cron(? 2 * * ? *)', 'has "?" for minutes'],
    ['cron(0 2 * * * *)', 'must have "?" for day of month or for day of week, and not for both'],
    ['cron(0 2 ? * ? *)', 'must have "?" for day of month or for day of week, and not for both'],
    ['cron(0 0 30 2 ? *)', 'never fires: none of its months has such a day, got "cron(0 0 30 2 ? *)"'],
    ['cron(0 0 31 2,4,6,SEP,11 ? *)', 'never fires: none of its months has such a day'],
    ['cron(0 0 31W APR ? *)', 'never fires: none of its months has such a day'],
    ['cron(0 0 30/1 FEB ? *)', 'never fires: none of its months has such a day'],
    ['cron(0 0 29 2 ? 2026-2027)', 'never fires: none of its months has such a day'],
    ['cron(0 0 ? 2 SUN#5 2026-2031)', 'never fires: none of its months has such a day'],
    ['cron(0 0 1 1 ? 2020)', 'never fires: its last time is before 2026-01-01'],
    ['cron(0 0 ? * MON 1999-2025)', 'never fires: its last time is before 2026-01-01'],
    ['cron(0 0 29 2 ? 2024-2027)', 'never fires: its last time is before 2026-01-01'],
    ['cron(50-10 2 * * ? *)', 'has "50-10" for minutes, a range that runs backwards'],
    ['cron(0 20-8 * * ? *)', 'has "20-8" for hours, a range that runs backwards'],
    ['cron(0 0 28-2 * ? *)', 'has "28-2" for day of month, a range that runs backwards'],
    ['cron(0 0 1 NOV-FEB ? *)', 'has "NOV-FEB" for month, a range that runs backwards'],
    ['cron(0 0 ? * FRI-MON *)', 'has "FRI-MON" for day of week, a range that runs backwards'],
    ['cron(0/10 20-8/2 * * ? *)', 'has "20-8/2" for hours, a range that runs backwards'],
    ['cron(0 0 * * ? 2030-2026)', 'has "2030-2026" for year, a range that runs backwards'],
  ])('refuse the expression %s', (expression, said) => {
    expect(() => expressed(expression)).toThrow(`tidy-up: schedule[0].expression ${said}`);
  });

  it.each<[object, string]>([
    [
      { name: 'Nightly' },
      'schedule[0].name must be 1 to 40 of a-z, 0-9 and "-", starting with a letter, got "Nightly"',
    ],
    [{ name: 'n'.repeat(41) }, 'schedule[0].name must be 1 to 40'],
    [{ payload: undefined }, 'schedule[0].payload is missing'],
    [{ timezone: 'UTC' }, 'unknown option "timezone" in schedule[0]; did you mean "timeZone"?'],
    [{ expression: 'cron(0 2 * * ? *)', timeZone: 'Mars/Olympus' }, 'schedule[0].timeZone must be a name of the IANA'],
    [{ expression: 'cron(0 2 * * ? *)', timeZone: '+02:00' }, 'schedule[0].timeZone must be a name of the IANA'],
    [{ timeZone: 'Europe/Berlin' }, 'schedule[0].timeZone is for cron(…): a rate has no time of day'],
    [{ offInStages: 'dev' }, 'schedule[0].offInStages must be a list of stages, as ["dev"], got "dev"'],
  ])('refuse %j', (more, said) => {
    expect(() => one(more)).toThrow(said);
  });

  it.each([
    ...['Europe/Berlin', 'Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'America/Argentina/Buenos_Aires', 'GB-Eire'],
    ...['America/Port-au-Prince', 'Antarctica/DumontDUrville', 'Etc/UTC', 'Etc/GMT+5', 'EST5EDT', 'US/Eastern', 'NZ'],
  ])('take the zone %s', (timeZone) => {
    expect(one({ expression: 'cron(0 2 * * ? *)', timeZone }).schedule).toMatchObject([{ timeZone }]);
  });

  it.each([
    ['europe/berlin', 'which spells it "Europe/Berlin", got "europe/berlin"'],
    ['EUROPE/BERLIN', 'which spells it "Europe/Berlin"'],
    ['america/port-Au-prince', 'which spells it "America/Port-au-Prince"'],
    ['utc', 'which spells it "UTC"'],
    ['gb-eire', 'which spells it "GB-Eire"'],
    ['Australia/Act', 'which spells it "Australia/ACT"'],
    ['asia/kolkata', 'in its spelling, as "Europe/Berlin", got "asia/kolkata"'],
    ['Asia/KOLKATA', 'in its spelling'],
    ['PST', 'in its spelling'],
    ['JST', 'in its spelling'],
    ['SystemV/PST8', 'in its spelling'],
    ['Europe/Berlin ', 'in its spelling'],
  ])('refuse the zone %s', (timeZone, said) => {
    const refused = 'schedule[0].timeZone must be a name of the IANA time zone database, ';
    expect(() => one({ expression: 'cron(0 2 * * ? *)', timeZone })).toThrow(`${refused}${said}`);
  });

  it.each<[unknown, string]>([
    [{}, 'schedule must be a list of at most 50, got {}'],
    [[null], 'schedule[0] must be an object, got null'],
    [
      [1, 2].map((n) => ({ name: 'same', expression: 'rate(1 day)', payload: { n } })),
      'schedule has two of the name "same"',
    ],
  ])('refuse %j', (schedule, said) => {
    expect(() => define(schedule)).toThrow(said);
  });
});
