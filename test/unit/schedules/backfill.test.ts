import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { createSchedules, type ScheduleSqs } from '../../../lib/schedules/index.ts';
import { defineProbe } from '../../support/probe.ts';
import { STAGE } from '../../support/world.ts';
import { made } from './support/made.ts';

const definition = defineProbe();
const DAY_MS = 24 * 3600_000;
const HOURLY = { expression: 'cron(0 * * * ? *)', payload: { do: 'complete' } } as const;

/** An hourly schedule, a day after it was made. */
async function aDayLater() {
  const there = made();
  const startMs = there.world.clock.now();
  await there.schedules.put(definition, 'hourly', HOURLY);
  await there.world.clock.advance(DAY_MS);
  const from = new Date(startMs);
  return { ...there, from, hour: (n: number) => new Date(Math.ceil(startMs / 3600_000 + n) * 3600_000) };
}

const textOf = (time: Date) => time.toISOString().replace('.000Z', 'Z');

describe('backfill', () => {
  test('sends a job for each tick; one of a tick that ran is a duplicate, and a second backfill runs nothing', async () => {
    const { world, schedules, tick, hour } = await aDayLater();
    tick('hourly', textOf(hour(2)));
    await world.drain();
    const options = { from: hour(1), to: hour(3) };
    expect(await schedules.backfill(definition, 'hourly', options)).toEqual({ ticks: 3, sent: 3, failed: 0 });
    await world.drain();
    const started = [hour(2), hour(1), hour(3)].map((time) => `schedule:hourly:${textOf(time)}/1`);
    expect(world.starts.toSorted()).toEqual(started.toSorted());
    await schedules.backfill('probe', 'hourly', options);
    await world.drain();
    expect(world.starts).toHaveLength(3);
  });

  test('sends what the schedule sends, of a paused one, too', async () => {
    const { world, schedules, hour } = await aDayLater();
    const payload = { do: 'complete' as const, result: ['<b>', 1.5] };
    await schedules.put(definition, 'hourly', { ...HOURLY, payload, maxAttempts: 2 });
    await schedules.pause('probe', 'hourly');
    await schedules.backfill('probe', 'hourly', { from: textOf(hour(1)), to: textOf(hour(1)) });
    await world.drain();
    expect(world.job(`schedule:hourly:${textOf(hour(1))}`)).toMatchObject({
      status: 'COMPLETED',
      result: ['<b>', 1.5],
    });
  });

  test('only counts in a dry run, as far as its limit', async () => {
    const { world, schedules, from } = await aDayLater();
    expect(await schedules.backfill('probe', 'hourly', { from, dryRun: true })).toEqual({ ticks: 25 });
    expect(await schedules.backfill('probe', 'hourly', { from, dryRun: true, limit: 5 })).toEqual({
      ticks: 5,
      more: true,
    });
    await world.drain();
    expect(world.starts).toEqual([]);
  });

  test('sends nothing if there are more ticks than its limit', async () => {
    const { world, schedules, from } = await aDayLater();
    await expect(schedules.backfill('probe', 'hourly', { from, limit: 23 })).rejects.toThrow(
      /^there are more than 23 ticks from .* choose a shorter time, or a limit of up to 100000$/,
    );
    await world.drain();
    expect(world.starts).toEqual([]);
  });

  test('has no tick after the schedule’s end', async () => {
    const { world, schedules } = made();
    const startMs = world.clock.now();
    await schedules.put(definition, 'short', { ...HOURLY, until: new Date(startMs + 2.5 * 3600_000) });
    await world.clock.advance(DAY_MS);
    const { ticks } = await schedules.backfill('probe', 'short', { from: new Date(startMs), dryRun: true });
    expect(ticks).toBe(Math.floor((startMs + 2.5 * 3600_000) / 3600_000) - Math.ceil(startMs / 3600_000) + 1);
  });

  test.each([
    ['a time to come', { from: '2026-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' }, /to must be at most now/],
    [
      'times the wrong way round',
      { from: '2026-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' },
      /from must be before to/,
    ],
    ['a time without a zone', { from: '2026-01-01T00:00:00' }, /from must be a time in ISO 8601 with a zone/],
    ['a limit out of range', { from: '2026-01-01T00:00:00Z', limit: 0 }, /limit must be a whole number, 1 to 100000/],
    ['a limit beyond it', { from: '2026-01-01T00:00:00Z', limit: 100_001 }, /limit must be a whole number/],
  ])('refuses %s', async (_, options, message) => {
    const { schedules } = await aDayLater();
    await expect(schedules.backfill('probe', 'hourly', options)).rejects.toThrow(message);
  });

  test('refuses a rate, whose times only AWS knows', async () => {
    const { schedules } = made();
    await schedules.put(definition, 'often', { ...HOURLY, expression: 'rate(5 minutes)' });
    await expect(schedules.backfill('probe', 'often', { from: '2025-12-01T00:00:00Z' })).rejects.toThrow('as a cron');
  });

  test('says what SQS did not take', async () => {
    const { world, scheduler, from } = await aDayLater();
    const inMemory = world.sqs.client as { send(command: object): Promise<object> };
    const send = async (command: object) => {
      if (command instanceof SendMessageBatchCommand) {
        throw Object.assign(new Error('no such right'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
      }
      return inMemory.send(command);
    };
    const sqs = { send } as unknown as ScheduleSqs;
    const options = { stage: STAGE, scheduler: scheduler.client, sqs, now: world.clock.now, endpoint: '' };
    expect(await createSchedules(options).backfill('probe', 'hourly', { from })).toMatchObject({
      ...{ ticks: 25, sent: 0, failed: 25 },
      why: expect.stringContaining('no such right'),
    });
  });
});

test('runNow sends a job of its own each time', async () => {
  const { world, schedules } = await aDayLater();
  const first = await schedules.runNow(definition, 'hourly');
  const second = await schedules.runNow('probe', 'hourly');
  await world.drain();
  expect(world.starts.toSorted()).toEqual([`${first.jobId}/1`, `${second.jobId}/1`].toSorted());
  expect(first.jobId).toMatch(/^schedule:hourly:now:[0-9a-f-]{36}$/);
});

test('an input that was changed elsewhere is refused by name, and nothing is sent', async () => {
  const { world, schedules, scheduler } = await aDayLater();
  scheduler.alter('probe.hourly', { Target: { Arn: 'a', RoleArn: 'r', Input: '{"hello":1}' } });
  await expect(schedules.runNow('probe', 'hourly')).rejects.toThrow('its input was changed elsewhere');
  await world.drain();
  expect(world.starts).toEqual([]);
});
