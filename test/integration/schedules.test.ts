import { Scheduler } from '@aws-sdk/client-scheduler';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { createSchedules } from '../../lib/schedules/index.ts';
import { probe } from './app/probe/definition.ts';
import { effect, eventually, itemOf, newId, reaches, sqs } from './support/world.ts';

const scheduler = new Scheduler(inject('clientConfig'));
const { endpoint } = inject('target');
const schedules = createSchedules({ stage: 'it', scheduler, sqs, endpoint });
const isMiniStack = inject('emulator') === 'embedded';
const HOUR_MS = 3600_000;
const HOURLY = { expression: 'cron(0 * * * ? *)', payload: { steps: [{ do: 'complete' as const }] } };

afterAll(() => scheduler.destroy());

describe.runIf(isMiniStack)('schedules made at run time, on the embedded emulator', () => {
  it('are put, listed, paused, resumed, replaced and deleted', async () => {
    const name = newId('kept');
    expect(await schedules.put(probe, name, HOURLY)).toMatchObject({ created: true, state: 'on' });
    expect(await schedules.put(probe, name, { ...HOURLY, expression: 'cron(30 * * * ? *)' })).toMatchObject({
      created: false,
    });
    const listed = async () => (await schedules.list('probe')).find((one) => one.name === name);
    expect(await listed()).toMatchObject({ expression: 'cron(30 * * * ? *)', state: 'on', timeZone: 'UTC' });
    expect((await listed())?.next).toHaveLength(3);
    const { pausedAt } = await schedules.pause(probe, name);
    expect(await listed()).toMatchObject({ state: 'paused', pausedAt, missed: { from: pausedAt }, next: [] });
    expect(await schedules.resume(probe, name)).toMatchObject({ state: 'on', missed: { from: pausedAt } });
    expect(await schedules.delete(probe, name)).toBe(true);
    expect(await listed()).toBeUndefined();
  });

  it('send a job at their time, and end with it', async () => {
    const name = newId('once');
    const at = new Date(Date.now() + 3000).toISOString().slice(0, 19);
    const pad = newId('mark');
    await schedules.put(probe, name, {
      expression: `at(${at})`,
      payload: { steps: [{ do: 'commit', effects: [pad] }] },
    });
    // Its id is its message's: what it wrote tells that it ran.
    await eventually(() => effect(pad), 'the effect of its job');
    const isGone = async () => !(await schedules.list('probe')).some((one) => one.name === name);
    await eventually(isGone, 'its end');
  });

  it('send the jobs of ticks that were missed, each once', async () => {
    const name = newId('caught');
    await schedules.put(probe, name, HOURLY);
    await schedules.pause(probe, name);
    const last = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
    const range = { from: new Date(last.getTime() - 2 * HOUR_MS), to: last };
    expect(await schedules.backfill(probe, name, { ...range, dryRun: true })).toMatchObject({ ticks: 3 });
    const id = `schedule:${name}:${last.toISOString().replace('.000Z', 'Z')}`;
    for (const _ of [1, 2]) {
      expect(await schedules.backfill(probe, name, range)).toMatchObject({
        ...{ ticks: 3, sent: 3, failed: 0 },
        caution: expect.stringContaining('on an emulator'),
      });
      await reaches(id, ['COMPLETED']);
    }
    const { jobId } = await schedules.runNow(probe, name);
    await reaches(jobId, ['COMPLETED']);
    expect(await itemOf(id)).toMatchObject({ attempts: 1, runNo: 1 });
    await schedules.delete(probe, name);
  });

  it('refuse a zone by name', async () => {
    const put = schedules.put(probe, newId('zoned'), { ...HOURLY, timeZone: 'Europe/Berlin' });
    await expect(put).rejects.toThrow(/^MiniStack reads every expression in UTC/);
  });
});

it.skipIf(isMiniStack)('a schedule is refused on LocalStack, whose Scheduler never fires', async () => {
  await expect(schedules.put(probe, newId('never'), HOURLY)).rejects.toThrow(/LocalStack never fires/);
});
