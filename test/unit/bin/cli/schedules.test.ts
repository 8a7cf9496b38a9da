import { describe, expect, test } from 'vitest';
import { type Deployed, deployed } from './support/deployed.ts';

const MAIL = '{"to":"ada@example.com","subject":"fine","text":"Hello."}';
const DAY_MS = 24 * 3600_000;
const made = async (there: Deployed, expression = 'cron(0 * * * ? *)', name = 'hourly') =>
  there.run(`schedule put send-email ${name} '${expression}' '${MAIL}'`);

/** A schedule that was paused for a day. */
async function pausedForADay() {
  const there = deployed();
  await made(there);
  await there.run('schedule pause send-email hourly');
  await there.world.clock.advance(DAY_MS);
  return there;
}

describe('schedule put', () => {
  test('makes a schedule of a checked payload, and prints its next times', async () => {
    const there = deployed();
    const ran = await made(there);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^made send-email hourly\nnext: \S+:00:00\.000Z, \S+, \S+\n$/);
    expect((await made(there)).stdout).toMatch(/^replaced send-email hourly\n/);
    await there.run('schedule pause send-email hourly');
    expect((await made(there)).stdout).toMatch(/^replaced send-email hourly\nit is paused since \S+\n$/);
  });

  test.each([
    ['hourly rate(1h) {}', 2, /payload\.to: |expression must be/],
    [`hourly 'rate(1 hour)' '{"to":"ada"}'`, 2, /payload\.to: /],
    [`hourly 'rate(1 hours)' '${MAIL}'`, 2, /expression must be rate\(1 hour\)/],
    [`Hourly 'rate(1 hour)' '${MAIL}'`, 2, /a schedule's name is 1 to 40/],
    [`hourly 'rate(1 hour)' '{"to":'`, 2, /it is not JSON/],
    [`hourly 'rate(1 hour)' '${MAIL}' --until 2020-01-01T00:00:00Z`, 2, /until must be a time to come/],
  ])('refuses %s', async (args, code, message) => {
    const there = deployed();
    const ran = await there.run(`schedule put send-email ${args}`);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(message);
    expect(there.scheduler.schedules.size).toBe(0);
  });

  test('keeps the payload as it was given, to the digit', async () => {
    const there = deployed();
    await there.run(
      `schedule put send-email hourly 'rate(1 hour)' '{"to":"ada@example.com", "subject":"1.0", "text":"x"}'`,
    );
    const [stored] = there.scheduler.schedules.values();
    expect(stored?.Target?.Input).toContain('"payload":{"to":"ada@example.com", "subject":"1.0", "text":"x"}');
  });
});

describe('missed ticks', () => {
  test('are shown by list and by resume, with the command that sends them', async () => {
    const there = await pausedForADay();
    const told =
      /send-email hourly: 25 ticks from \S+ to \S+ were missed: npx sluice schedule backfill send-email hourly --from \S+ --to \S+ --stage test sends them/;
    expect((await there.run('schedule list')).stderr).toMatch(told);
    expect((await there.run('schedule resume send-email hourly')).stderr).toMatch(told);
    expect((await there.run('schedule list')).stderr).toBe('');
  });

  test('are sent by backfill after a yes, once each', async () => {
    const there = await pausedForADay();
    const from = new Date(there.world.clock.now() - DAY_MS).toISOString();
    const dry = await there.run(`schedule backfill send-email hourly --from ${from}`);
    expect(dry.stdout).toMatch(
      /^25 ticks of send-email hourly from \S+ to now\. Send their jobs\? No: nothing was sent/,
    );
    await there.world.drain();
    expect(there.world.starts).toEqual([]);
    for (const _ of [1, 2]) {
      const ran = await there.ask(`schedule backfill send-email hourly --from ${from}`, 'y\n');
      expect(ran).toMatchObject({ code: 0, stdout: '25 of 25 sent\n' });
      await there.world.drain();
    }
    expect(there.world.starts).toHaveLength(25);
  });

  test('that are too many are not sent', async () => {
    const there = await pausedForADay();
    const ran = await there.run('schedule backfill send-email hourly --from 2020-01-01T00:00:00Z --yes');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/there are more than 1000 ticks/);
  });
});

test('an unknown schedule ends with 3, and is named', async () => {
  const there = deployed();
  await made(there);
  for (const args of ['pause send-email hourli', 'resume send-email hourli', 'run-now send-email hourli']) {
    const ran = await there.run(`schedule ${args}`);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('stage "test" has no schedule "hourli" of send-email; did you mean "hourly"?');
  }
  expect(await there.run('schedule delete send-email hourli')).toMatchObject({ code: 3 });
});

test('run-now sends a job, and delete ends the schedule', async () => {
  const there = deployed();
  await made(there);
  expect((await there.run('schedule run-now send-email hourly')).stdout).toMatch(
    /^sent send-email schedule:hourly:now:/,
  );
  await there.world.drain();
  expect(there.world.starts).toHaveLength(1);
  expect((await there.run('schedule delete send-email hourly')).stdout).toBe('deleted send-email hourly\n');
  expect((await there.run('schedule list')).stderr).toContain('no schedule was made at run time');
});
