import { describe, expect, test } from 'vitest';
import { defineProbe } from '../../support/probe.ts';
import { MORNING, made } from './support/made.ts';

const definition = defineProbe();

describe('put', () => {
  test('makes a schedule that sends the job to its queue, by the role of the stage, with a dead-letter queue', async () => {
    const { schedules, scheduler } = made();
    await schedules.put(definition, 'morning', MORNING);
    const stored = scheduler.schedules.get('sluice-test-schedules/probe.morning');
    expect(stored).toMatchObject({
      Description: 'Sluice test: sends the probe job morning',
      ScheduleExpression: 'cron(0 7 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'NONE',
    });
    const [, , , region, account] = stored?.Target?.Arn?.split(':') ?? [];
    expect(stored?.Target).toEqual({
      Arn: `arn:aws:sqs:${region}:${account}:sluice-test-probe`,
      RoleArn: `arn:aws:iam::${account}:role/sluice-test-scheduler-${region}`,
      DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:sluice-test-_schedules-dlq` },
      Input: '{"id":"schedule:morning:<aws.scheduler.scheduled-time>","type":"probe","payload":{"do":"complete"}}',
    });
  });

  test('gives each tick a job of its own, which a second message of the same tick does not run again', async () => {
    const { world, schedules, tick } = made();
    await schedules.put(definition, 'morning', MORNING);
    for (const time of ['2026-01-02T06:00:00Z', '2026-01-02T06:00:00Z', '2026-01-03T06:00:00Z']) tick('morning', time);
    await world.drain();
    expect(world.starts).toEqual([
      'schedule:morning:2026-01-02T06:00:00Z/1',
      'schedule:morning:2026-01-03T06:00:00Z/1',
    ]);
  });

  test('replaces a schedule of the same name, and says so', async () => {
    const { schedules } = made();
    expect(await schedules.put(definition, 'morning', MORNING)).toMatchObject({ created: true, state: 'on' });
    const again = await schedules.put(definition, 'morning', { ...MORNING, expression: 'cron(0 8 * * ? *)' });
    expect(again).toMatchObject({ created: false, expression: 'cron(0 8 * * ? *)', state: 'on' });
    expect(await schedules.list()).toHaveLength(1);
  });

  test('keeps a paused schedule paused, and since when', async () => {
    const { world, schedules } = made();
    await schedules.put(definition, 'morning', MORNING);
    const { pausedAt } = await schedules.pause(definition, 'morning');
    await world.clock.advance(3600_000);
    expect(await schedules.put(definition, 'morning', MORNING)).toMatchObject({ state: 'paused', pausedAt, next: [] });
  });

  test('writes angle brackets of the payload so that Scheduler replaces nothing in it', async () => {
    const { world, schedules, tick } = made();
    const result = '<aws.scheduler.execution-id>';
    await schedules.put(definition, 'morning', { ...MORNING, payload: { do: 'complete', result } });
    tick('morning', '2026-01-02T06:00:00Z');
    await world.drain();
    expect(world.job('schedule:morning:2026-01-02T06:00:00Z')?.result).toBe(result);
  });

  test('has a schedule that ends deleted by AWS, and tells its next times until then', async () => {
    const { schedules, scheduler, world } = made();
    const start = Date.UTC(new Date(world.clock.now()).getUTCFullYear() + 1, 0, 10);
    const until = new Date(start + 25 * 3600_000);
    const expression = `cron(0 0 * * ? ${until.getUTCFullYear()})`;
    const put = await schedules.put(definition, 'short', { expression, payload: { do: 'complete' }, until });
    expect(put.until).toBe(until.toISOString());
    expect(scheduler.schedules.get('sluice-test-schedules/probe.short')).toMatchObject({
      ActionAfterCompletion: 'DELETE',
      EndDate: until,
    });
  });
});

const inAYear = (nowMs: number) => new Date(nowMs + 365 * 24 * 3600_000).toISOString().slice(0, 19);

describe('put refuses', () => {
  /** @throws what put throws; it has made nothing then */
  const put = async (change: object, name = 'morning', of = definition) => {
    const { schedules, scheduler } = made();
    await schedules.put(of, name, { ...MORNING, ...change }).finally(() => expect(scheduler.calls).toEqual([]));
  };

  test.each([
    ['a payload that the schema refuses', { payload: { do: 'dance' } }, /^payload\.do: /],
    ['a payload that JSON would change', { payload: { do: 'complete', result: Number.NaN } }, /payload\.result is NaN/],
    ['an expression of another form', { expression: 'every day' }, /must be rate\(5 minutes\), cron\(0 7 .* or at\(/],
    ['a cron that Scheduler refuses', { expression: 'cron(0 7 * * *)' }, /must have six fields/],
    ['a cron that has no such day', { expression: 'cron(0 7 30 2 ? *)' }, /never fires/],
    [
      'a cron whose last time has passed',
      { expression: 'cron(0 7 * * ? 2025)' },
      /never fires: its last time is before/,
    ],
    ['a cron that the clock leaves out', { expression: 'cron(30 2 28 3 ? 2027)' }, /Europe\/Berlin leaves all of its/],
    ['a rate with a zone', { expression: 'rate(1 day)' }, /a rate has no time of day/],
    ['a zone of another spelling', { timeZone: 'europe/berlin' }, /which spells it "Europe\/Berlin"/],
    ['a zone that there is not', { timeZone: 'Berlin' }, /must be a name of the IANA/],
    ['an end that is past', { until: '2020-01-01T00:00:00Z' }, /until must be a time to come, got 2020/],
    ['an end without a zone', { until: '2099-01-01T00:00:00' }, /until must be a time in ISO 8601 with a zone/],
    ['an invalid Date', { until: new Date(Number.NaN) }, /got an invalid Date/],
    ['an at that is past', { expression: 'at(2020-01-01T00:00:00)' }, /must be a time to come/],
    ['an at of no day', { expression: 'at(2099-02-30T00:00:00)' }, /must be a time without a zone/],
    ['an at with a zone in it', { expression: 'at(2099-02-03T00:00:00Z)' }, /must be a time without a zone/],
    ['an at that the clock leaves out', { expression: 'at(2099-03-29T02:30:00)' }, /leaves this time out/],
    [
      'an at that the clock shows twice',
      { expression: 'at(2099-10-25T02:30:00)' },
      /shows this time twice; say it in UTC/,
    ],
    ['attempts out of range', { maxAttempts: 101 }, /"maxAttempts" must be a whole number from 1 to 100/],
    ['an option that there is none of', { timezone: 'UTC' }, /unknown option "timezone"; did you mean "timeZone"/],
    [
      'a payload that is too large',
      { payload: { do: 'complete', filler: 'x'.repeat(300_000) } },
      /294 KB, .* takes 256/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(put(change)).rejects.toThrow(message);
  });

  test('an end before the first tick', async () => {
    const { world } = made();
    const until = new Date(world.clock.now() + 60_000);
    await expect(put({ expression: `at(${inAYear(world.clock.now())})`, until })).rejects.toThrow(
      /never fires: its first time is .*, until is /,
    );
  });

  test.each([['Morning'], ['7am'], ['a.b'], [''], ['x'.repeat(41)]])('the name "%s"', async (name) => {
    await expect(put({}, name)).rejects.toThrow(/^a schedule's name is 1 to 40 of a-z, 0-9 and "-"/);
  });

  test('a type and a name that are too long together', async () => {
    const long = { ...definition, type: 't'.repeat(40) } as unknown as typeof definition;
    await expect(put({}, 'n'.repeat(24), long)).rejects.toThrow(/63 characters together: .* 23 are left, .* \(24\)$/);
  });

  test('a type that is retired, and one with accept', async () => {
    await expect(put({}, 'morning', defineProbe({ retired: true }))).rejects.toThrow('is retired');
    const accepting = defineProbe({ accept: () => [] });
    await expect(put({}, 'morning', accepting)).rejects.toThrow('schedule a type of its own');
  });

  test('a name of a type in the place of its definition', async () => {
    await expect(put({}, 'morning', 'probe' as unknown as typeof definition)).rejects.toThrow(
      'put needs the job definition',
    );
  });

  test('a stage whose core has no group, and a type that has no queue', async () => {
    const elsewhere = made({}, { stage: 'other' });
    await expect(elsewhere.schedules.put(definition, 'morning', MORNING)).rejects.toThrow(
      /^queue sluice-other-probe does not exist/,
    );
    const old = made();
    const createSchedule = async () => {
      throw Object.assign(new Error('Schedule group sluice-test-schedules does not exist.'), {
        name: 'ResourceNotFoundException',
      });
    };
    const without = made({}, { scheduler: { ...old.scheduler.client, createSchedule } });
    await expect(without.schedules.put(definition, 'morning', MORNING)).rejects.toThrow(
      'stage "test" has no schedule group sluice-test-schedules: deploy its core stack with this version',
    );
  });
});
