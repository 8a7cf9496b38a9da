import { describe, expect, test } from 'vitest';
import { visible } from '../../../support/terminal.ts';
import { deployed } from './support/deployed.ts';

describe('doctor', () => {
  test('of a stage that is well prints a line for each check, and exits 0', async () => {
    const { run } = deployed();
    const { code, stdout, stderr } = await run('doctor');
    const signs = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 17).trimEnd());
    expect(signs.slice(-7)).toEqual([
      ...['✔ event sources', '✔ dispatcher', '✔ alarms', '✔ dead letters', '✔ retention', '✔ parked jobs', '✔ deaths'],
    ]);
    expect([code, stderr]).toEqual([0, 'all checks passed\n']);
  });

  test('of a stack that rolled back says so, with what to do, and exits 1', async () => {
    const { run, plane } = deployed();
    plane.stacks.set('sluice-test-send-email', 'UPDATE_ROLLBACK_COMPLETE');
    const { code, stdout, stderr } = await run('doctor');
    expect(stdout).toMatch(
      /^✘ stacks {9}sluice-test-send-email is UPDATE_ROLLBACK_COMPLETE → look at its events in the CloudFormation console, then npx cdk deploy sluice-test-send-email -c stage=test \(/,
    );
    expect([code, stderr]).toEqual([1, '1 failed, 0 could not run\n']);
  });

  test('that lacks a right says which check could not run, and exits 1', async () => {
    const { run, plane } = deployed();
    plane.aws.cloudWatch.send = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const { code, stdout, stderr } = await run('doctor');
    expect(stdout).toContain('? alarms         could not be looked at: AccessDenied: no\n');
    expect([code, stderr]).toEqual([1, '0 failed, 1 could not run\n']);
  });

  test('that finds a fault and lacks a right counts both, and exits 1', async () => {
    const { run, plane } = deployed();
    plane.stacks.set('sluice-test-send-email', 'DELETE_FAILED');
    plane.aws.cloudWatch.send = () => Promise.reject(new Error('no'));
    const { code, stderr } = await run('doctor');
    expect([code, stderr]).toEqual([1, '1 failed, 1 could not run\n']);
  });

  test.each([
    ['--endpoint http://127.0.0.1:4566', {}],
    ['', { AWS_ENDPOINT_URL: 'http://localhost.localstack.cloud:4566' }],
    ['', { AWS_ENDPOINT_URL: 'http://[::1]:4566/' }],
  ])('of an emulator says what its alarms are worth, and exits 0: %s %j', async (option, env) => {
    const { run, plane } = deployed();
    plane.alarms.splice(0, 1, { AlarmName: 'sluice-test-send-email-function-errors', StateValue: 'ALARM' });
    const { code, stdout } = await run(`doctor ${option}`, { env });
    expect(stdout).toMatch(
      /\n• alarms {9}1, 1 on: sluice-test-send-email-function-errors; this is an emulator, .* → go by queues/,
    );
    expect(code).toBe(0);
    const onAws = await run('doctor', {
      env: { AWS_ENDPOINT_URL: 'https://vpce-1.monitoring.eu-west-1.vpce.amazonaws.com' },
    });
    expect([onAws.code, onAws.stdout]).toEqual([1, expect.stringContaining('✘ alarms')]);
  });

  test('prints colours at a terminal', async () => {
    const { ask, plane } = deployed();
    plane.stacks.set('sluice-test-send-email', 'DELETE_FAILED');
    plane.aws.cloudWatch.send = () => Promise.reject(new Error('no'));
    const stdout = visible((await ask('doctor')).stdout);
    expect(stdout).toMatch(/␛\[31m✘␛\[39m stacks .*␛\[2m → look at/);
    expect(stdout).toMatch(/␛\[33m\?␛\[39m alarms/);
    expect(stdout).toMatch(/␛\[32m✔␛\[39m deaths/);
    expect(stdout).toMatch(/␛\[33m•␛\[39m stacks/);
  });

  test('prints its findings as one JSON document', async () => {
    const { ask } = deployed();
    const ran = await ask('doctor --json');
    const { stage, findings } = ran.json<{ stage: string; findings: { level: string }[] }>();
    expect([stage, findings.filter(({ level }) => level === 'ok').length, ran.stderr]).toEqual(['test', 7, '']);
  });

  test('--job sends a job of its own', async () => {
    const { run, world } = deployed();
    const { code, stdout } = await run('doctor --job');
    expect(stdout).toContain('✘ synthetic job  send-email did not answer within 60 s');
    expect([code, world.queue.messages()[0]?.body]).toEqual([1, expect.stringMatching(/^\{"id":"doctor-\w+",/)]);
  });
});

describe('doctor --scan', () => {
  const ABOUT = 'The table had 10000000 items, 78125.0 MB; reading it costs about 1.25 USD (on demand, us-east-1).';
  function large() {
    const there = deployed();
    Object.assign(there.table, { ItemCount: 10_000_000, TableSizeBytes: 78_125 * 1024 * 1024 });
    return there;
  }

  test('names the price, and asks', async () => {
    const there = large();
    const no = await there.ask('doctor --scan', '\n');
    expect(no.stderr).toContain(`${ABOUT} Read it? [y/N] `);
    expect(no.stderr).toContain(`\n${ABOUT} It is not read (--yes does it).\n`);
    expect(no.stdout).not.toContain('lost messages');
    const yes = await there.ask('doctor --scan', 'y\n', { env: { NO_COLOR: '1' } });
    expect(yes.stdout).toContain('✔ lost messages  none among 0 items\n');
  });

  test('without a terminal does not read the table, unless told', async () => {
    const there = large();
    const piped = await there.run('doctor --scan');
    expect([piped.stderr, piped.stdout]).toEqual([
      `${ABOUT} It is not read (--yes does it).\nall checks passed\n`,
      expect.not.stringContaining('lost messages'),
    ]);
    const told = await there.run('doctor --scan --yes');
    expect(told.stderr).toBe(`${ABOUT}\nall checks passed\n`);
    expect(told.stdout).toContain('✔ lost messages  none among 0 items\n');
  });

  test('of a small table costs less than a cent', async () => {
    const there = deployed();
    expect((await there.run('doctor --scan --yes')).stderr).toContain(
      'The table had 0 items, 0.0 MB; reading it costs less than 0.01 USD (on demand, us-east-1).\n',
    );
  });
});

describe('without a stage', () => {
  test('schema prints the JSON Schema of a type', async () => {
    const ran = await deployed().run('schema send-email');
    expect([ran.code, ran.json()]).toEqual([0, expect.objectContaining({ title: 'Message of a send-email job' })]);
    expect(ran.stdout).toMatch(/^\{\n {2}"/);
    expect(await deployed().run('schema send-mail')).toMatchObject({
      code: 3,
      stderr: 'sluice: the catalogue (functions/index.ts) has no job type "send-mail"; did you mean "send-email"?\n',
    });
    expect((await deployed().run('schema other')).stderr).toMatch(/no job type "other"; it has: send-email, /);
  });

  test('new refuses a type that exists', async () => {
    expect(await deployed().run('new catalogue')).toMatchObject({ code: 2, stdout: '' });
  });

  test.each([
    ['--help', 0, /Exit codes: 0 done;[\s\S]*130 interrupted/, /^$/],
    ['dlq redrive --help', 0, /--edit/, /^$/],
    ['', 2, /^$/, /Usage: sluice/],
    ['dlq', 2, /^$/, /Usage: sluice dlq/],
    ['quues', 2, /^$/, /unknown command 'quues'\n\(Did you mean queues\?\)\n\n?\(--help shows how it is used\)/],
    ['job send-email', 2, /^$/, /missing required argument 'key'/],
    ['job send-email ä', 2, /^$/, /^sluice: a key or id is 1 to 250 of A-Z a-z 0-9 _ \. : -, got "ä"\n$/],
    ['job Send a', 2, /^$/, /^sluice: a job type is 1 to 40 of a-z 0-9 -, starting with a letter, got "Send"\n$/],
    ['queues --stage X', 2, /^$/, /^sluice: --stage must be 1 to 16 of a-z and 0-9/],
    ['queues --endpoint here', 2, /^$/, /^sluice: --endpoint must be a URL as http:\/\/127.0.0.1:4566, got "here"\n$/],
    ['dead --since 1x', 2, /^$/, /^sluice: --since must be an age as 30m, 2h or 1d, or a time as .*, got "1x"\n$/],
    ['dead --limit 0', 2, /^$/, /^sluice: --limit must be a whole number, 1 to 100000, got "0"\n$/],
    ['dead --limit 100001', 2, /^$/, /got "100001"/],
    ['dead --reason crash', 2, /^$/, /^sluice: --reason must be one of PermanentError, .*did you mean "Crashed"/],
    ['dlq redrive send-email --edit --body {}', 2, /^$/, /^sluice: give --edit or --body, not both\n$/],
  ])('"%s" exits %i', async (args, code, stdout, stderr) => {
    const ran = await deployed().run(args);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      ...[code, expect.stringMatching(stdout), expect.stringMatching(stderr)],
    ]);
  });
});
