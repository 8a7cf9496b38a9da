import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { visible } from '../../../support/terminal.ts';
import { type Deployed, deployed } from './support/deployed.ts';

const later = ({ world }: Deployed, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();
const source = ({ plane }: Deployed) => {
  const found = plane.eventSources.get('sluice-test-send-email');
  if (found === undefined) throw new TypeError('no event source');
  return found;
};

/** Two jobs wait, one runs into its retry, three are parked, one died. */
async function busy(): Promise<Deployed> {
  const there = deployed();
  await there.graveyard(1);
  for (const id of ['p1', 'p2', 'p3']) there.mail(id, 'fine', { runAt: later(there, 3600) });
  await there.world.drain();
  there.mail('hidden', 'fail');
  await there.world.deliver();
  there.mail('w1');
  there.mail('w2');
  return there;
}

/** The table's lists, as if 100,000 jobs were on them. */
function crowd({ world }: Deployed): void {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const now = world.clock.now();
  const Items = Array.from({ length: 12_500 }, (_, i) => ({
    ...{ id: { S: `send-email#crowd-${i}` }, listAt: { N: String(now) } },
  }));
  client.send = async (command) => {
    if (command.constructor.name === 'QueryCommand') return { Items, LastEvaluatedKey: { id: { S: 'x' } } };
    if (command.constructor.name === 'BatchGetItemCommand') return { Responses: {} };
    return send(command);
  };
}

describe('queues', () => {
  test('prints columns apart by tabs in a pipe', async () => {
    const there = await busy();
    there.plane.ages.set('sluice-test-send-email', [90]);
    expect(await there.run('queues')).toMatchObject({
      code: 0,
      stderr: '',
      stdout:
        'TYPE\tDEPTH\tIN FLIGHT\tDELAYED\tPARKED\tDEAD\tDLQ\tOLDEST\tSTATE\n' +
        'send-email\t2\t1\t0\t3\t1\t1\t90 s\trunning\n',
    });
  });

  test('draws a table with colours at a terminal, and without them under NO_COLOR', async () => {
    const there = await busy();
    source(there).state = 'Disabled';
    const { stdout } = await there.ask('queues');
    expect(visible(stdout)).toMatch(/␛\[1mTYPE␛\[22m/);
    // DELAYED is 0 and dim; DEAD is yellow, DLQ red, a type that does not run yellow.
    expect(visible(stdout)).toMatch(/␛\[2m0␛\[22m/);
    expect(visible(stdout)).toMatch(/␛\[33m1␛\[39m.*␛\[31m1␛\[39m.*␛\[33mpaused␛\[39m/);
    const plain = await there.ask('queues', '', { env: { NO_COLOR: '1' } });
    expect(plain.stdout).toBe(
      'TYPE        DEPTH  IN FLIGHT  DELAYED  PARKED  DEAD  DLQ  OLDEST  STATE \n' +
        'send-email      2          1        0       3     1    1       —  paused\n',
    );
  });

  test('prints JSON in a line in a pipe, over lines at a terminal', async () => {
    const there = await busy();
    const piped = await there.run('queues --json');
    expect(piped.stdout).toMatch(/^\{"stage":"test","queues":\[\{"type":"send-email",.*\}\],"truncated":false\}\n$/);
    const shown = await there.ask('queues send-email --json');
    expect(shown.stdout).toMatch(/^\{\n {2}"stage": "test",\n/);
    expect(shown.json()).toEqual(piped.json());
    expect([shown.stderr, shown.code]).toEqual(['', 0]);
  });

  test('says that its counts were cut', async () => {
    const there = deployed();
    crowd(there);
    const { stdout, stderr } = await there.run('queues');
    expect(stdout).toMatch(/\nsend-email\t0\t0\t0\t100000\t100000\t0\t—\trunning\n$/);
    expect(stderr).toBe('PARKED and DEAD count 100,000 jobs at most; there are more.\n');
    expect((await there.run('queues --json')).json()).toMatchObject({ truncated: true });
  });

  test('--watch looks again until Ctrl-C, and clears a terminal each time', async () => {
    const there = deployed();
    const looks: number[] = [];
    const controller = new AbortController();
    const clock = {
      now: there.world.clock.now,
      async sleep(ms: number) {
        looks.push(ms);
        if (looks.length === 3) controller.abort();
      },
    };
    const { code, stdout } = await there.ask('queues --watch --every 7', '', { clock, signal: controller.signal });
    expect([code, looks]).toEqual([130, [7000, 7000, 7000]]);
    expect(stdout.split('\u001b[2J\u001b[H')).toHaveLength(4);
    const piped = await there.run('queues -w', { signal: AbortSignal.abort() });
    expect([piped.code, piped.stdout]).toEqual([130, '']);
  });

  test('--watch --json clears nothing', async () => {
    const there = deployed();
    const controller = new AbortController();
    const clock = { now: there.world.clock.now, sleep: async () => controller.abort() };
    const ran = await there.ask('queues --watch --json', '', { clock, signal: controller.signal });
    expect(ran.json()).toMatchObject({ stage: 'test' });
  });
});

describe('dead', () => {
  test('prints a line for each group of errors, or for each job', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    world.send({ id: 'bad', payload: { to: 'nobody' } });
    await world.drain();
    const groups = await run('dead');
    expect(groups.stdout).toMatch(
      /^TYPE\tREASON\tERROR\tJOBS\tFIRST\tLAST\nsend-email\tPermanentError\tPermanentError: no such mailbox\t3\t\S.*\t\S.*\nsend-email\tInvalidPayload\t.*\t1\t.*\n$/,
    );
    const jobs = await run('dead --jobs');
    expect(jobs.stdout.split('\n')[0]).toBe('DIED\tTYPE\tKEY\tRUN\tATTEMPTS\tREASON\tERROR');
    expect(jobs.stdout).toMatch(/\n2\S+ \S+\tsend-email\ta0\t1\t1\tPermanentError\tPermanentError: no such mailbox\n/);
    expect([groups.stderr, jobs.stderr, jobs.code]).toEqual(['', '', 0]);
  });

  test('says that its list was cut by --limit', async () => {
    const { run, graveyard } = deployed();
    await graveyard(5);
    const ran = await run('dead --jobs --limit 2');
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(ran.stderr).toBe('2 of 5; --limit shows more\n');
    expect((await run('dead --jobs --limit 5')).stderr).toBe('');
    expect((await run('dead --limit 2')).stderr).toBe('');
    const cut = (await run('dead --jobs --limit 2 --json')).json<{ jobs: []; total: number; truncated: boolean }>();
    expect([cut.jobs.length, cut.total, cut.truncated]).toEqual([2, 5, false]);
  });

  test('lists fifty, unless told', async () => {
    const { run, graveyard } = deployed();
    await graveyard(51);
    expect((await run('dead --jobs')).stderr).toBe('50 of 51; --limit shows more\n');
  });

  test('says that there are more than were read', async () => {
    const there = deployed();
    crowd(there);
    expect((await there.run('dead')).stderr).toBe(
      'no dead job matches\nthere are more than 100,000: --since limits the list to the latest\n',
    );
  });

  test('prints groups as JSON, and nothing for people', async () => {
    const { ask, graveyard } = deployed();
    await graveyard(2);
    const ran = await ask('dead send-email --json --error MAILBOX');
    expect(ran.json()).toMatchObject({ groups: [{ jobs: 2, reason: 'PermanentError' }], truncated: false });
    const none = await ask('dead --json --error other');
    expect([none.json(), none.stderr]).toEqual([{ groups: [], truncated: false }, '']);
  });

  test.each([
    ['--reason permanenterror', 2],
    ['--reason Crashed', 0],
    ['--key a1', 1],
    ['--since 2025-12-31', 2],
    ['--since 2026-01-02', 0],
  ])('%s lists what matches', async (filter, count) => {
    const { run, graveyard } = deployed();
    await graveyard(2);
    expect((await run(`dead --jobs --json ${filter}`)).json()).toMatchObject({ total: count });
  });

  test.each(['--reason Crashed --reason Crashed', '--key a --key b'])('%s is refused', async (twice) => {
    const { run } = deployed();
    const name = twice.split(' ')[0];
    expect(await run(`dead ${twice}`)).toMatchObject({
      code: 2,
      stderr: `sluice: ${name} is given twice: run the command once for each\n`,
    });
  });
});

describe('drain', () => {
  test('of an idle type says that it is empty', async () => {
    const { run } = deployed();
    expect(await run('drain send-email')).toMatchObject({
      ...{ code: 0, stdout: 'send-email is empty\n', stderr: '0 wait, 0 in flight, 0 delayed, 0 parked\n' },
    });
  });

  test('beside parked jobs ends with the time that it was given, and exits 1', async () => {
    const there = deployed();
    for (const id of ['a', 'b']) there.mail(id, 'fine', { runAt: later(there, 3600) });
    await there.world.drain();
    expect(await there.run('drain send-email --timeout 60')).toMatchObject({
      ...{ code: 1, stdout: 'timeout: 0 wait, 0 in flight, 0 delayed, 2 parked\n' },
      stderr: '0 wait, 0 in flight, 0 delayed, 2 parked\n',
    });
    const last = { depth: 0, parked: 2 };
    expect((await there.run('drain send-email --timeout 5 --json')).json()).toMatchObject({ end: 'timeout', last });
  });

  test('of a paused type names the way to resume it', async () => {
    const there = await busy();
    source(there).state = 'Disabled';
    expect(await there.run('drain send-email')).toMatchObject({
      ...{
        code: 1,
        stdout:
          'paused (paused: npx sluice resume send-email --stage test): 2 wait, 1 in flight, 0 delayed, 3 parked\n',
      },
    });
  });

  test('notes each change once, and ends when the last job has gone', async () => {
    const there = deployed();
    there.mail('a');
    let looks = 0;
    const sleep = async (ms: number) => {
      await there.world.clock.advance(ms);
      looks += 1;
      if (looks === 2) await there.world.drain();
    };
    const { code, stderr } = await there.run('drain send-email', { clock: { now: there.world.clock.now, sleep } });
    expect([code, stderr]).toEqual([
      0,
      '1 wait, 0 in flight, 0 delayed, 0 parked\n0 wait, 0 in flight, 0 delayed, 0 parked\n',
    ]);
  });

  test('that is interrupted says what is left, and exits 130', async () => {
    const there = deployed();
    there.mail('a');
    expect(await there.run('drain send-email', { signal: AbortSignal.abort() })).toMatchObject({
      ...{ code: 130, stdout: 'interrupted: 1 wait, 0 in flight, 0 delayed, 0 parked\n' },
    });
  });
});

describe('pause and resume', () => {
  test('switch the event source, and say whether it was so already', async () => {
    const there = deployed();
    expect((await there.run('pause send-email')).stdout).toBe('send-email is paused\n');
    expect((await there.run('pause send-email')).stdout).toBe('send-email is paused already\n');
    expect((await there.run('resume send-email --json')).json()).toEqual({
      ...{ type: 'send-email', state: 'running', changed: true },
    });
    expect((await there.run('pause send-email --no-wait')).stdout).toBe('send-email is pausing\n');
  });

  test('of a type that does not exist exit 3', async () => {
    const there = deployed();
    expect(await there.run('pause send-mail')).toMatchObject({
      ...{
        code: 3,
        stdout: '',
        stderr: 'sluice: stage "test" has no job type "send-mail"; did you mean "send-email"?\n',
      },
    });
  });

  test('that Lambda does not complete exit 5', async () => {
    const there = deployed();
    source(there).next.push(...Array<string>(500).fill('Disabling'));
    expect(await there.run('pause send-email')).toMatchObject({ code: 5 });
  });
});

describe('a stage that is not there', () => {
  test.each(['queues', 'dead', 'doctor', 'drain send-email', 'dlq show send-email', 'job send-email a'])(
    'is reported by %s with those that are, and exits 3',
    async (verb) => {
      const { run } = deployed();
      expect(await run(`${verb} --stage prod`)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: 'sluice: stage "prod" is not deployed in this account and region; stages there: test\n',
      });
    },
  );

  test('is named by SLUICE_STAGE, by --stage before it, and is dev without both', async () => {
    const { run } = deployed();
    const named = async (args: string, SLUICE_STAGE: string) =>
      /stage "(\w+)"/.exec((await run(args, { env: { SLUICE_STAGE } })).stderr)?.[1];
    expect(await named('queues', 'one')).toBe('one');
    expect(await named('queues --stage two', 'one')).toBe('two');
    expect(await named('queues --stage=two', 'one')).toBe('two');
    expect(await named('queues', '')).toBe('dev');
  });

  test('is of the app that --app names, or the full name', async () => {
    const { run, world } = deployed();
    const said = async (args: string, SLUICE_STAGE = 'test') => (await run(args, { env: { SLUICE_STAGE } })).stderr;
    const none =
      'sluice: stage "shop/test" is not deployed in this account and region; no stage of app "shop" is deployed';
    for (const args of ['queues --app shop', 'queues --stage shop/test', 'queues --app=shop --stage test'])
      expect(await said(args)).toContain(none);
    expect(await said('queues', 'shop/test')).toContain(none);
    const queue = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 };
    world.sqs.createQueue('shop-prod-other', queue);
    expect(await said('queues --app shop')).toContain('stages there: shop/prod\n');
    world.sqs.createQueue('shop-test-other', queue);
    expect(await said('queues send-email --app shop')).toContain(
      'stage "shop/test" has no job type "send-email"; it has: other',
    );
    expect((await run('queues')).stdout).not.toContain('other');
    expect(await said('queues --app Shop')).toContain('sluice: --app must be 1 to 16');
    expect(await said('queues --app two --stage shop/test')).toContain(
      '--app is "two", and stage "shop/test" names another',
    );
  });
});

describe('a failure', () => {
  test('is JSON with --json, and shows its stack with --debug', async () => {
    const { run, world } = deployed();
    world.sqs.faults.plan('ListQueues', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) }, 2);
    const { stderr, code } = await run('queues --json --stage test');
    expect(JSON.parse(stderr)).toEqual({
      error: {
        message: 'a right is missing: no',
        todo: 'ask for the policy sluice-test-read-<region> or sluice-test-redrive-<region> of the stage',
        exitCode: 4,
      },
    });
    expect(code).toBe(4);
    expect((await run('queues --debug')).stderr).toMatch(
      /^sluice: a right is missing: no\n {2}ask for .*\nAccessDenied: no\n {4}at /,
    );
  });

  test.each([
    ['--profile work', {}, 'sign in again: aws sso login --profile work'],
    ['', { AWS_PROFILE: 'other' }, 'sign in again: aws sso login --profile other'],
    ['', {}, 'sign in again: aws sso login\n'],
  ])('names the profile: %s', async (option, env, said) => {
    const { run, world } = deployed();
    world.sqs.faults.plan('ListQueues', { kind: 'fails', error: awsError('ExpiredToken', 'x', 403) });
    expect((await run(`queues ${option}`, { env })).stderr).toContain(said);
  });

  test.each([
    ['--endpoint http://127.0.0.1:1', {}, 'http://127.0.0.1:1'],
    ['', { AWS_ENDPOINT_URL: 'http://here' }, 'http://here'],
    ['--region eu-west-1', { AWS_REGION: 'us-east-1' }, 'region eu-west-1'],
    ['', { AWS_REGION: 'us-east-1' }, 'region us-east-1'],
    ['', {}, 'region of the profile'],
  ])('names where no answer came from: %s %j', async (option, env, said) => {
    const { run, world } = deployed();
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    world.sqs.faults.plan('ListQueues', { kind: 'fails', error });
    expect((await run(`queues ${option}`, { env })).stderr).toContain(`no answer from AWS at ${said} (ECONNREFUSED)\n`);
  });
});
