import { expect, it } from 'vitest';
import { consoleCalls } from '../rows/console-calls.ts';
import { callsOf, countOverview } from './overview.ts';

it('an Overview of 50 types that stays open keeps to its budgets of calls and dollars', async () => {
  const lines = await consoleCalls.measure({} as Parameters<typeof consoleCalls.measure>[0]);
  expect(lines.map(({ budget, verdict }) => [budget, verdict])).toEqual([
    ['≤ 0.25', 'met'],
    ['≤ $1', 'met'],
  ]);
});

it('its queues are asked each five seconds, all else once or twice a minute', async () => {
  const { calls } = await countOverview({ types: 50, whileMs: 60_000 });
  // What is read each minute is read again a little before it is over. Lists have eight shards; 403 alarms are five pages.
  const most = {
    ...{ ListQueues: 2, GetQueueAttributes: 12 * 50 + 2 * 50, ListEventSourceMappings: 2 },
    ...{ Query: 2 * 2 * 8, GetMetricData: 2, DescribeAlarms: 2 * 5 },
  };
  expect([...calls.keys()].sort()).toEqual(Object.keys(most).sort());
  for (const [name, count] of Object.entries(most))
    expect([name, (calls.get(name) ?? 0) <= count]).toEqual([name, true]);
});

it('of ten times as many types only the calls that are one a queue grow tenfold', async () => {
  const [few, many] = [
    await countOverview({ types: 50, whileMs: 60_000 }),
    await countOverview({ types: 500, whileMs: 60_000 }),
  ];
  expect(many.calls.get('Query')).toBe(few.calls.get('Query'));
  expect(many.calls.get('ListEventSourceMappings')).toBe(2 * 5);
  expect(callsOf(many) / callsOf(few)).toBeLessThan(10);
});
