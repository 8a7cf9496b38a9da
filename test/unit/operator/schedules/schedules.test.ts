import { describe, expect, test } from 'vitest';
import type { JobSchedule } from '../../../../lib/contract/definition/schedule.ts';
import { schedules } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE } from '../../../support/world.ts';
import { deployed, type There } from '../support/doctor.ts';

const NIGHTLY: JobSchedule = { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: {} };
const BERLIN: JobSchedule = { ...NIGHTLY, name: 'berlin', timeZone: 'Europe/Berlin' };
const OFTEN: JobSchedule = { name: 'often', expression: 'rate(5 minutes)', payload: {} };

const look = ({ stage }: There, schedule: readonly JobSchedule[], options = {}) =>
  schedules(stage, { type: 'probe', retention: 14, schedule }, options);

/** A rule as CloudFormation makes it. */
const rule = (name: string, State = 'ENABLED') => ({
  ...{ Name: `sluice-test-probe-${name}-1A2B`, State: State as 'ENABLED' },
  Description: `Sluice test: sends the probe job ${name}`,
});

function there(...rules: ReturnType<typeof rule>[]): There {
  const made = deployed();
  made.plane.rules.splice(0, 1, ...rules);
  return made;
}

const jobs = ({ world }: There, statuses: Readonly<Record<string, string>>) => {
  for (const [key, status] of Object.entries(statuses)) {
    world.dynamoDb.put(JOBS_TABLE, { id: `probe#${key}`, jobId: key, type: 'probe', status });
  }
};

// The world begins at 2026-01-01T00:00:00Z.
describe('the schedules of a type', () => {
  test('have the state of their rules, their next times and their last jobs', async () => {
    const made = there(rule('other'), rule('often', 'DISABLED'), rule('nightly'));
    await made.world.clock.advance(5 * 24 * 3600_000);
    jobs(made, { 'nightly:2026-01-05T02:00:00Z': 'INPROGRESS', 'nightly:2026-01-03T02:00:00Z': 'DEAD' });
    expect(await look(made, [NIGHTLY, OFTEN])).toEqual([
      {
        ...{ name: 'nightly', expression: 'cron(0 2 * * ? *)', timeZone: 'UTC', state: 'on' },
        nextMs: ['06', '07', '08'].map((day) => Date.parse(`2026-01-${day}T02:00:00Z`)),
        last: [
          { key: 'nightly:2026-01-05T02:00:00Z', status: 'INPROGRESS' },
          { key: 'nightly:2026-01-03T02:00:00Z', status: 'DEAD' },
        ],
      },
      { name: 'often', expression: 'rate(5 minutes)', timeZone: 'UTC', state: 'off', nextMs: [], last: [] },
    ]);
  });

  test('that are off or missing have no next time', async () => {
    const made = there(rule('nightly', 'DISABLED'));
    const [off, missing] = await look(made, [NIGHTLY, { ...NIGHTLY, name: 'lost' }]);
    expect([off?.state, off?.nextMs, missing?.state, missing?.nextMs]).toEqual(['off', [], 'missing', []]);
  });

  test('with a time zone are not asked for, and have their times', async () => {
    const [berlin] = await look(there(), [BERLIN]);
    expect(berlin).toMatchObject({ timeZone: 'Europe/Berlin', state: 'unknown' });
    expect(berlin?.nextMs[0]).toBe(Date.parse('2026-01-01T01:00:00Z'));
  });

  test('have ten last jobs, of the last twenty times, none older than what the type keeps', async () => {
    const made = there(rule('hourly'));
    await made.world.clock.advance(36 * 3600_000);
    const all = Array.from({ length: 36 }, (_, i) => new Date(made.world.clock.now() - i * 3600_000));
    const keys = all.map((at) => `hourly:${at.toISOString().replace('.000', '')}`);
    jobs(made, Object.fromEntries(keys.slice(5).map((key) => [key, 'COMPLETED'])));
    const hourly = { ...NIGHTLY, name: 'hourly', expression: 'cron(0 * * * ? *)' };
    const [found] = await look(made, [hourly]);
    expect(found?.last.map(({ key }) => key)).toEqual(keys.slice(5, 15));
    jobs(made, Object.fromEntries(keys.map((key) => [key, 'COMPLETED'])));
    const kept = { type: 'probe', retention: 0.125, schedule: [hourly] };
    expect((await schedules(made.stage, kept))[0]?.last).toHaveLength(3);
  });

  test('are read by names alone: one page of items, no payload', async () => {
    const made = there(rule('nightly'));
    await look(made, [NIGHTLY, BERLIN]);
    const [call, ...more] = made.world.dynamoDb.calls;
    expect([call?.name, more]).toEqual(['BatchGetItem', []]);
    expect(JSON.stringify(call?.input)).toContain('"#id, #status"');
  });

  test('of a type without any need no call', async () => {
    const made = there();
    expect(await look(made, [])).toEqual([]);
    expect([made.plane.calls, made.world.sqs.calls]).toEqual([[], []]);
  });

  test.each(['ListRuleNamesByTarget', 'DescribeRule'])('without the right to %s are unknown', async (denied) => {
    const made = there(rule('nightly'));
    const { send } = made.plane.aws.eventBridge as { send(command: object): Promise<object> };
    Object.assign(made.plane.aws.eventBridge, {
      send: (command: object) =>
        command.constructor.name === `${denied}Command`
          ? Promise.reject(awsError('AccessDeniedException', 'no'))
          : send(command),
    });
    const [nightly] = await look(made, [NIGHTLY]);
    expect([nightly?.state, nightly?.nextMs.length]).toEqual(['unknown', 3]);
  });

  test('fail as EventBridge does, and as the stage is', async () => {
    const made = there(rule('nightly'));
    Object.assign(made.plane.aws.eventBridge, { send: () => Promise.reject(awsError('ThrottlingException', 'slow')) });
    await expect(look(made, [NIGHTLY])).rejects.toThrow('slow');
    const other = schedules(made.stage, { type: 'prob', retention: 14, schedule: [NIGHTLY] });
    await expect(other).rejects.toThrow(/no job type "prob"/);
  });

  test('stop between their calls', async () => {
    const made = there(rule('nightly'));
    await expect(look(made, [NIGHTLY], { signal: AbortSignal.abort(new Error('closed')) })).rejects.toThrow('closed');
    expect(made.plane.calls).toEqual([]);
  });
});
