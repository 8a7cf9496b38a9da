import { describe, expect, test } from 'vitest';
import { defineProbe } from '../../support/probe.ts';
import { MORNING, made } from './support/made.ts';

const definition = defineProbe();
const DAY_MS = 24 * 3600_000;
const HOURLY = { expression: 'cron(0 * * * ? *)', payload: { do: 'complete' } } as const;

describe('pause', () => {
  test('stops the ticks, and changes nothing else of the schedule', async () => {
    const { world, schedules, scheduler, tick } = made();
    await schedules.put(definition, 'hourly', {
      ...HOURLY,
      maxAttempts: 3,
      until: new Date(world.clock.now() + DAY_MS),
    });
    const before = scheduler.schedules.get('sluice-test-schedules/probe.hourly');
    await schedules.pause('probe', 'hourly');
    const {
      State: _,
      Description: __,
      LastModificationDate: ___,
      ...after
    } = scheduler.schedules.get('sluice-test-schedules/probe.hourly') ?? {};
    expect(before).toMatchObject(after);
    expect(after).toHaveProperty('EndDate');
    tick('hourly', '2026-01-02T06:00:00Z');
    await world.drain();
    expect(world.starts).toEqual([]);
  });

  test('keeps the time of the first pause', async () => {
    const { world, schedules } = made();
    await schedules.put(definition, 'hourly', HOURLY);
    const { pausedAt } = await schedules.pause('probe', 'hourly');
    await world.clock.advance(DAY_MS);
    expect((await schedules.pause('probe', 'hourly')).pausedAt).toBe(pausedAt);
  });

  test('of an unknown schedule names those that there are', async () => {
    const { schedules } = made();
    await expect(schedules.pause('probe', 'hourly')).rejects.toThrow(
      'stage "test" has no schedule "hourly" of probe; probe has none',
    );
    for (const name of ['hourly', 'nightly', 'weekly']) await schedules.put(definition, name, HOURLY);
    await expect(schedules.pause('probe', 'hourli')).rejects.toThrow('of probe; did you mean "hourly"?');
    await expect(schedules.pause('probe', 'x')).rejects.toThrow('of probe; it has: hourly, nightly, weekly');
  });
});

describe('ticks that came while a schedule was paused', () => {
  test('are counted in the list and by resume, which sends none of them', async () => {
    const { world, schedules } = made();
    await schedules.put(definition, 'hourly', HOURLY);
    const { pausedAt } = await schedules.pause(definition, 'hourly');
    await world.clock.advance(DAY_MS);
    const to = new Date(world.clock.now()).toISOString();
    const missed = { count: 25, from: pausedAt, to };
    expect(await schedules.list('probe')).toMatchObject([{ name: 'hourly', state: 'paused', missed, next: [] }]);
    expect(await schedules.resume(definition, 'hourly')).toMatchObject({ state: 'on', missed });
    await world.drain();
    expect(world.starts).toEqual([]);
    expect((await schedules.list('probe'))[0]).not.toHaveProperty('missed');
    expect(await schedules.resume(definition, 'hourly')).not.toHaveProperty('missed');
  });

  test('of a rate are counted about, since only AWS knows its times', async () => {
    const { world, schedules } = made();
    await schedules.put(definition, 'often', { ...HOURLY, expression: 'rate(5 minutes)' });
    await schedules.pause(definition, 'often');
    await world.clock.advance(3600_000);
    expect((await schedules.resume(definition, 'often')).missed).toMatchObject({ count: 12, about: true });
  });

  test('end with the schedule, and are counted up to a week of minutes', async () => {
    const { world, schedules } = made();
    const payload = { do: 'complete' } as const;
    const until = new Date(world.clock.now() + 3 * 3600_000);
    await schedules.put(definition, 'short', { ...HOURLY, until });
    await schedules.put(definition, 'minutes', { expression: 'cron(* * * * ? *)', payload });
    for (const name of ['short', 'minutes']) await schedules.pause(definition, name);
    await world.clock.advance(30 * DAY_MS);
    const missed = (await schedules.list()).map((one) => [one.name, one.missed?.count, one.missed?.more]);
    expect(missed).toEqual([
      ['short', 4, undefined],
      ['minutes', 10_080, true],
    ]);
  });

  test('are counted from its last change, if it was switched off at AWS’s own page', async () => {
    const { world, schedules, scheduler } = made();
    await schedules.put(definition, 'hourly', HOURLY);
    scheduler.alter('probe.hourly', { State: 'DISABLED', LastModificationDate: new Date(world.clock.now()) });
    await world.clock.advance(DAY_MS);
    expect((await schedules.resume('probe', 'hourly')).missed?.count).toBe(25);
  });
});

test('resume refuses an at whose time has passed meanwhile', async () => {
  const { world, schedules } = made();
  const at = new Date(world.clock.now() + DAY_MS).toISOString().slice(0, 19);
  await schedules.put(definition, 'once', { expression: `at(${at})`, payload: { do: 'complete' } });
  await schedules.pause('probe', 'once');
  await world.clock.advance(2 * DAY_MS);
  expect((await schedules.list())[0]?.missed?.count).toBe(1);
  await expect(schedules.resume('probe', 'once')).rejects.toThrow('has passed: run it now, or delete it');
});

describe('list', () => {
  test('has all of the stage or those of a type, over all pages, without what is not ours', async () => {
    const { schedules, scheduler } = made();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await schedules.put(definition, name, MORNING);
    const { LastModificationDate: _, ...theirs } = scheduler.schedules.get('sluice-test-schedules/probe.a') ?? {};
    await scheduler.client.createSchedule({ ...theirs, Name: 'theirs' } as never);
    await scheduler.client.createSchedule({ ...theirs, Name: 'probe-2.h' } as never);
    expect((await schedules.list('probe')).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect((await schedules.list()).map(({ type, name }) => `${type} ${name}`)).toContain('probe-2 h');
    expect(await schedules.list()).toHaveLength(8);
  });

  test('shows no payload', async () => {
    const { schedules } = made();
    await schedules.put(definition, 'a', { ...MORNING, payload: { do: 'complete', secret: 'S3CRET' } });
    expect(JSON.stringify(await schedules.list())).not.toContain('S3CRET');
  });
});

test.each(['two words', 'x'.repeat(41), 'Upper', ''])(
  'there is no schedule "%s": AWS is not asked for it',
  async (name) => {
    const { schedules, scheduler } = made();
    await expect(schedules.pause('probe', name)).rejects.toThrow(`has no schedule "${name}" of probe`);
    expect(await schedules.delete('probe', name)).toBe(false);
    expect(scheduler.calls).not.toContain('getSchedule');
    expect(scheduler.calls).not.toContain('deleteSchedule');
  },
);

test('delete says whether there was one', async () => {
  const { schedules } = made();
  await schedules.put(definition, 'morning', MORNING);
  expect(await schedules.delete('probe', 'morning')).toBe(true);
  expect(await schedules.delete('probe', 'morning')).toBe(false);
  expect(await schedules.list()).toEqual([]);
});
