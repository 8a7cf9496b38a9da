import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { visible } from '../../../support/terminal.ts';
import { type Deployed, deployed, workingFolder } from './support/deployed.ts';

const PAYLOAD = JSON.stringify({ to: 'ada@example.com', subject: 'fine', text: 'Hello.' });

/** The table's lists, as if more jobs were on them than are read. */
function crowd({ world }: Deployed): void {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const Items = Array.from({ length: 12_500 }, () => ({ id: { S: 'send-email#a' }, listAt: { N: '1' } }));
  client.send = async (command) => {
    if (command.constructor.name === 'QueryCommand') return { Items, LastEvaluatedKey: { id: { S: 'x' } } };
    return command.constructor.name === 'BatchGetItemCommand' ? { Responses: {} } : send(command);
  };
}

describe('counts that were cut', () => {
  test('are said to be the least, before a redrive and a purge', async () => {
    const there = deployed();
    workingFolder();
    await there.graveyard(1);
    crowd(there);
    const about = /^At least 0 of 1 dead letters of send-email match\. /;
    expect((await there.run('dlq redrive send-email --reason Crashed')).stdout).toMatch(about);
    expect((await there.run('dlq purge send-email --reason Crashed')).stdout).toMatch(about);
    // One body is for one dead letter, however many match.
    const body = JSON.stringify({ id: 'a0', payload: JSON.parse(PAYLOAD) as object });
    expect((await there.run(`dlq redrive send-email --key a0 --body '${body}'`)).stdout).toMatch(
      /^1 of 1 dead letters/,
    );
    expect((await there.run('dlq redrive send-email')).stdout).toMatch(/^1 of 1 dead letters of send-email\. They/);
  });

  test('are said to be the least by a drain, which does not end', async () => {
    const there = deployed();
    crowd(there);
    const { code, stdout } = await there.run('drain send-email --timeout 1');
    expect([code, stdout]).toEqual([1, 'timeout: 0 wait, 0 in flight, 0 delayed, 100000 or more parked\n']);
  });
});

describe('at a terminal', () => {
  const CLEARED = /\r␛\[K$/;

  test('a running type is green', async () => {
    const { stdout } = await deployed().ask('queues');
    expect(visible(stdout)).toMatch(/␛\[32mrunning␛\[39m/);
  });

  test.each(['dlq purge send-email --yes --no-save', 'send send-email @in --lines'])(
    '%s shows its progress, and clears it',
    async (args) => {
      const { ask, graveyard } = deployed();
      workingFolder();
      writeFileSync('in', PAYLOAD);
      await graveyard(1);
      const { stderr } = await ask(args);
      expect(visible(stderr)).toMatch(/ deleted, \d+\/s|1 lines, \d+\/s/);
      expect(visible(stderr)).toMatch(CLEARED);
    },
  );
});

describe('options are bounded', () => {
  test.each([
    ['drain send-email --timeout 604801', '--timeout must be a whole number, 1 to 604800, got "604801"'],
    ['drain send-email --timeout 0', '--timeout must be a whole number, 1 to 604800, got "0"'],
    ['queues --every 0', '--every must be a whole number, 1 to 3600, got "0"'],
    ['queues --every 3601', '--every must be a whole number, 1 to 3600, got "3601"'],
    ['dlq redrive send-email --rate 10001', '--rate must be a whole number, 1 to 10000, got "10001"'],
    ['dlq redrive send-email --limit 0', '--limit must be a whole number, 1 to 100000000, got "0"'],
    ['dlq show send-email --limit 1001', '--limit must be a whole number, 1 to 1000, got "1001"'],
    [`job ${'Z'.repeat(90)} a`, `a job type is 1 to 40 of a-z 0-9 -, starting with a letter, got "${'Z'.repeat(80)}"`],
    [
      'dead --since x2026-01-31',
      '--since must be an age as 30m, 2h or 1d, or a time as 2026-01-31T09:00:00Z, got "x2026-01-31"',
    ],
  ])('%s is refused', async (args, said) => {
    expect(await deployed().run(args)).toMatchObject({ code: 2, stdout: '', stderr: `sluice: ${said}\n` });
  });

  test('at their least and most they are taken', async () => {
    const { run } = deployed();
    for (const args of ['drain send-email --timeout 604800', 'dlq show send-email --limit 1000', 'dead --limit 100000'])
      expect((await run(args)).code).toBe(0);
  });
});

describe('a text that is not UTF-8', () => {
  test.each([
    ['of a file', '@in', 'in is not UTF-8: save it as UTF-8'],
    ['of a pipe', '-', 'standard input is not UTF-8: save it as UTF-8'],
  ])('%s is refused by its name', async (_, given, said) => {
    const { run, world } = deployed();
    workingFolder();
    const bytes = Buffer.concat([Buffer.from(PAYLOAD), Buffer.from([0xff])]);
    writeFileSync('in', bytes);
    const ran = await run(`send send-email ${given}`, { input: bytes as unknown as string });
    expect([ran.code, ran.stderr, world.queue.messages()]).toEqual([2, `sluice: ${said}\n`, []]);
  });

  test('of an empty pipe is empty', async () => {
    expect((await deployed().run('send send-email -')).stderr).toBe('sluice: it is empty: a JSON payload is needed\n');
  });
});

describe('the log lines of a job', () => {
  test('show what is no error as it is, and an error that is null', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    const lines = [
      { message: 'x', data: { name: 'n', more: [1] } },
      { message: 'y', error: null },
    ];
    there.plane.logs.set(
      '/aws/lambda/sluice-test-send-email',
      lines.map((line, i) => ({ timestamp: i, message: JSON.stringify({ jobId: 'a', ...line }) })),
    );
    const { stdout } = await there.run('job send-email a --logs');
    expect(stdout).toContain('x {"data":{"name":"n","more":[1]}}\n');
    expect(stdout).toContain('y {"error":null}\n');
  });
});

describe('a command line that is advised', () => {
  async function paused(args: string, options = {}) {
    const there = deployed();
    there.mail('a');
    for (const source of there.plane.eventSources.values()) source.state = 'Disabled';
    return (await there.run(`drain send-email ${args}`, options)).stdout;
  }
  const LOCAL = {
    ...{ stage: 'test', endpoint: 'http://127.0.0.1:4580', region: 'us-east-1' },
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };

  test.each([
    ['', {}, '--stage test'],
    ['--region eu-west-1', {}, '--stage test --region eu-west-1'],
    ["--profile 'a b'", {}, "--stage test --profile 'a b'"],
    ['--profile a;b', {}, "--stage test --profile 'a;b'"],
    ['--local', { localStage: () => LOCAL }, '--local'],
    ['--local --stage test', { localStage: () => LOCAL }, '--stage test --local'],
  ])('names the place of this one: %s', async (args, options, flags) => {
    expect(await paused(args, options)).toContain(`paused (paused: npx sluice resume send-email ${flags}): `);
  });

  test('is doctor’s where a type has no event source', async () => {
    const there = deployed();
    there.mail('a');
    there.plane.eventSources.clear();
    expect((await there.run('drain send-email')).stdout).toMatch(
      /^paused \(missing: npx sluice doctor --stage test\): /,
    );
  });

  test('has the options of the jobs that are sent again', async () => {
    workingFolder();
    const options = "--max-attempts 3 --delay 5 --tenant 'a b' --run-at x";
    const { stdout } = await deployed().run(`send send-email - --lines --refused out ${options}`, { input: PAYLOAD });
    expect(stdout).toContain(
      "npx sluice send send-email --lines --envelopes @out --max-attempts 3 --run-at x --delay 5 --tenant 'a b' --stage test\n",
    );
  });
});

test('two files of one second have names of their own', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-31T09:00:00.5Z'), toFake: ['Date'] });
  const { files } = workingFolder();
  const { run } = deployed();
  for (let i = 0; i < 3; i++) await run('send send-email - --lines', { input: 'no json' });
  vi.useRealTimers();
  const name = 'sluice-refused-send-email-20260131T090000Z';
  expect(files().sort()).toEqual([`${name}-2.ndjson`, `${name}-3.ndjson`, `${name}.ndjson`]);
});

describe('new', () => {
  function root(): string {
    const { path } = workingFolder();
    mkdirSync('functions');
    writeFileSync('functions/index.ts', 'export const definitions = [] as const;\n');
    return path;
  }
  const FILES = [
    ...['functions/tidy-up/definition.ts', 'functions/tidy-up/handler.ts', 'functions/tidy-up/perform.ts'],
    ...['test/unit/functions/tidy-up.test.ts', 'functions/index.ts'],
  ];

  test('prints the files that it wrote, and what to do with them', async () => {
    const { code, stdout, stderr } = await deployed().run('new tidy-up', { root: root() });
    expect([code, stdout]).toEqual([0, `${FILES.join('\n')}\n`]);
    expect(stderr).toMatch(/^Now edit functions\/tidy-up\/definition\.ts and functions\/tidy-up\/perform\.ts\./);
    expect(stderr.split('\n').slice(1)).toEqual([
      ...['  npm run test:unit -- tidy-up', 'On this machine, where a saved file is deployed by itself:'],
      ...['  npm run local', ''],
    ]);
    for (const file of FILES) expect(statSync(file).size).toBeGreaterThan(10);
  });

  test('prints JSON, and nothing for people', async () => {
    const ran = await deployed().run('new tidy-up --json', { root: root() });
    expect([ran.code, ran.stderr, ran.json()]).toEqual([
      0,
      '',
      { type: 'tidy-up', definition: 'tidyUp', files: FILES },
    ]);
  });
});

describe('dlq redrive --edit', () => {
  test('gives the editor a file that only its owner can read, and leaves none behind', async () => {
    const there = deployed();
    const { path } = workingFolder();
    await there.graveyard(1);
    writeFileSync(
      'editor',
      `#!/bin/sh\nstat -c %a "$1" > "${path}/mode"\necho "$1" > "${path}/name"\nsed -i s/permanent/fine/ "$1"\n`,
      { mode: 0o755 },
    );
    const { stdout } = await there.ask('dlq redrive send-email --edit', 'y\n', { env: { EDITOR: `${path}/editor` } });
    expect(stdout).toBe('1 sent back\n');
    expect(readFileSync('mode', 'utf8')).toBe('600\n');
    const name = readFileSync('name', 'utf8').trim();
    expect([existsSync(name), existsSync(dirname(name))]).toEqual([false, false]);
  });

  test('shows a body that is no JSON as it is', async () => {
    const there = deployed();
    const { path } = workingFolder();
    there.world.send('no json');
    await there.world.drain();
    await there.world.clock.advance(1000);
    writeFileSync('editor', `#!/bin/sh\ncp "$1" "${path}/seen"\n`, { mode: 0o755 });
    const { code, stderr } = await there.ask('dlq redrive send-email --edit', 'y\n', {
      env: { VISUAL: `${path}/editor` },
    });
    expect([code, stderr]).toEqual([2, 'sluice: nothing was changed: nothing was sent\n']);
    expect(readFileSync('seen', 'utf8')).toBe('no json\n');
  });

  test('with an editor that is not there says so', async () => {
    const there = deployed();
    await there.graveyard(1);
    const { code, stderr } = await there.ask('dlq redrive send-email --edit', '', { env: { EDITOR: '/no/editor' } });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/ENOENT|no such file/)]);
    expect(there.world.deadLetters.counts().visible).toBe(1);
  });
});
