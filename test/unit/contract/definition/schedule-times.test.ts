import { describe, expect, test } from 'vitest';
import { take, timesOf } from '../../../../lib/contract/definition/schedule-times.ts';

interface Asked {
  readonly expression: string;
  readonly timeZone?: string;
  readonly from: string;
  readonly backwards?: boolean;
  readonly count?: number;
}

const times = ({ from, backwards = false, count = 3, ...schedule }: Asked): string[] =>
  take(timesOf(schedule, { fromMs: Date.parse(from), backwards }), count).map((atMs) =>
    new Date(atMs).toISOString().replace(':00.000Z', 'Z'),
  );

describe('the next times of a schedule', () => {
  test('in UTC are those of its expression, after now', () => {
    const expression = 'cron(30 2 * * ? *)';
    expect(times({ expression, from: '2026-02-27T02:30:00Z' })).toEqual([
      ...['2026-02-28T02:30Z', '2026-03-01T02:30Z', '2026-03-02T02:30Z'],
    ]);
    expect(times({ expression, from: '2026-02-27T02:29:59.999Z', count: 1 })).toEqual(['2026-02-27T02:30Z']);
  });

  test.each([
    ['cron(0/20 9,8 ? * MON-FRI *)', ['2026-03-02T08:00Z', '2026-03-02T08:20Z', '2026-03-02T08:40Z']],
    ['cron(5,1,1-3 0 1 * ? *)', ['2026-03-01T00:01Z', '2026-03-01T00:02Z', '2026-03-01T00:03Z']],
    ['cron(0 12 L * ? *)', ['2026-02-28T12:00Z', '2026-03-31T12:00Z', '2026-04-30T12:00Z']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z']],
    ['cron(0 0 1 1 ? 2027)', ['2027-01-01T00:00Z']],
    ['cron(0 0 1 1 ? 2026)', []],
    ['rate(5 minutes)', []],
  ])('of %s are right', (expression, expected) => {
    expect(times({ expression, from: '2026-02-28T10:00:00Z' })).toEqual(expected);
  });

  test('in a zone follow its clock', () => {
    expect(times({ expression: 'cron(0 9 * * ? *)', timeZone: 'Asia/Kolkata', from: '2026-06-01T03:30:00Z' })).toEqual([
      ...['2026-06-02T03:30Z', '2026-06-03T03:30Z', '2026-06-04T03:30Z'],
    ]);
    expect(
      times({ expression: 'cron(0 9 1 * ? *)', timeZone: 'Pacific/Kiritimati', from: '2026-01-31T18:00:00Z' }),
    ).toEqual(['2026-01-31T19:00Z', '2026-02-28T19:00Z', '2026-03-31T19:00Z']);
  });
});

/** 29 March 2026: 02:00 is followed by 03:00. */
describe('on the day that a clock goes forward', () => {
  const zone = { timeZone: 'Europe/Berlin', from: '2026-03-28T00:00:00Z' };

  test('a time that does not exist is skipped', () => {
    expect(times({ ...zone, expression: 'cron(30 2 * * ? *)' })).toEqual([
      ...['2026-03-28T01:30Z', '2026-03-30T00:30Z', '2026-03-31T00:30Z'],
    ]);
    expect(times({ ...zone, expression: 'cron(30 2 29 3 ? 2026)' })).toEqual([]);
  });

  test('the times around it stay', () => {
    const expression = 'cron(59,0 1,3 29 3 ? *)';
    expect(times({ ...zone, expression })).toEqual(['2026-03-29T00:00Z', '2026-03-29T00:59Z', '2026-03-29T01:00Z']);
  });

  test('each minute comes once, without a gap in real time', () => {
    const from = '2026-03-29T00:58:00Z';
    expect(times({ ...zone, from, expression: 'cron(* * * * ? *)' })).toEqual([
      ...['2026-03-29T00:59Z', '2026-03-29T01:00Z', '2026-03-29T01:01Z'],
    ]);
  });
});

/** 25 October 2026: 03:00 is followed by 02:00. */
describe('on the day that a clock goes back', () => {
  const zone = { timeZone: 'Europe/Berlin' };
  const expression = 'cron(30 2 * * ? *)';

  test('a time that comes twice runs once, at its first', () => {
    expect(times({ ...zone, expression, from: '2026-10-24T12:00:00Z' })).toEqual([
      ...['2026-10-25T00:30Z', '2026-10-26T01:30Z', '2026-10-27T01:30Z'],
    ]);
  });

  test('what ran in the first of two hours is not next in the second', () => {
    for (const from of ['2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z', '2026-10-25T01:45:00Z']) {
      expect(times({ ...zone, expression, from, count: 1 })).toEqual(['2026-10-26T01:30Z']);
    }
    expect(times({ ...zone, expression: 'cron(0/15 2 * * ? *)', from: '2026-10-25T00:30:00Z' })).toEqual([
      ...['2026-10-25T00:45Z', '2026-10-26T01:00Z', '2026-10-26T01:15Z'],
    ]);
  });

  test('in a zone whose clock changes by half an hour it runs once, too', () => {
    const lordHowe = { timeZone: 'Australia/Lord_Howe', expression: 'cron(45 1 * * ? *)' };
    expect(times({ ...lordHowe, from: '2026-04-03T15:00:00Z' })).toEqual([
      ...['2026-04-04T14:45Z', '2026-04-05T15:15Z', '2026-04-06T15:15Z'],
    ]);
  });
});

describe('the last times of a schedule', () => {
  test('go back from now, which is among them', () => {
    expect(times({ expression: 'cron(0 2 * * ? *)', from: '2026-03-02T02:00:00Z', backwards: true })).toEqual([
      ...['2026-03-02T02:00Z', '2026-03-01T02:00Z', '2026-02-28T02:00Z'],
    ]);
    expect(
      times({ expression: 'cron(10,50 3,2 1 1 ? *)', from: '2026-03-02T02:00:00Z', backwards: true, count: 5 }),
    ).toEqual([
      ...['2026-01-01T03:50Z', '2026-01-01T03:10Z', '2026-01-01T02:50Z', '2026-01-01T02:10Z', '2025-01-01T03:50Z'],
    ]);
  });

  test('leave out what a clock left out, and have once what it had twice', () => {
    const back = { expression: 'cron(30 2 * * ? *)', timeZone: 'Europe/Berlin', backwards: true };
    expect(times({ ...back, from: '2026-03-30T12:00:00Z' })).toEqual([
      ...['2026-03-30T00:30Z', '2026-03-28T01:30Z', '2026-03-27T01:30Z'],
    ]);
    for (const from of ['2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z', '2026-10-25T02:45:00Z']) {
      expect(times({ ...back, from, count: 2 })).toEqual(['2026-10-25T00:30Z', '2026-10-24T00:30Z']);
    }
    // The clock shows 02:15 for the second time: it has shown 02:50 already.
    expect(times({ ...back, expression: 'cron(50 2 * * ? *)', from: '2026-10-25T01:15:00Z', count: 1 })).toEqual([
      '2026-10-25T00:50Z',
    ]);
  });
});
