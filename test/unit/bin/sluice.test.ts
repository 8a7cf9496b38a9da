import { execFile, spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type HostedSluice, hostSluice, makeSluice, type Sluice, WITH_OWN_TYPES } from '../../support/cli.ts';

/** AWS that answers every call with one error. */
function refusing(type: string, status: number): Promise<{ url: string; close: () => void; calls: () => number }> {
  let calls = 0;
  const server = http.createServer((request, response) => {
    calls += 1;
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
    response.end(JSON.stringify({ __type: type, message: `${type} was injected` }));
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ url, calls: () => calls, close: () => server.closeAllConnections() ?? server.close() });
    }),
  );
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', AWS_REGION: 'us-east-1' };
const VERBS: readonly (readonly string[])[] = [
  ['queues'],
  ['job', 'send-email', 'a'],
  ['find', 'a'],
  ['waiting'],
  ['send', 'send-email', '{"to":"ada@example.com","subject":"s","text":"t"}'],
  ['dead'],
  ['dlq', 'show', 'send-email'],
  ['dlq', 'redrive', 'send-email', '--yes'],
  ['dlq', 'purge', 'send-email', '--yes'],
  ['retry', 'send-email', 'a'],
  ['cancel', 'send-email', 'a'],
  ['pause', 'send-email'],
  ['resume', 'send-email'],
  ['drain', 'send-email'],
  ['doctor'],
];

/** The command as a process of its own. */
let command: Sluice & { home: string };
/** In depth, the same. Else in a process that is kept: most of these tests are about what it says, not how it starts. */
let sluice: HostedSluice;
let host: ReturnType<typeof hostSluice> | undefined;
beforeAll(async () => {
  command = await makeSluice(WITH_OWN_TYPES);
  host = inject('deep') ? undefined : hostSluice(command.home);
  sluice = host ?? command;
});

describe('help', () => {
  it('of the command names every verb and the exit codes', async () => {
    const { code, stdout } = await command(['--help']);
    expect(code).toBe(0);
    for (const [verb = ''] of [...VERBS, ['schema'], ['new']]) expect(stdout).toContain(`\n  ${verb} `);
    expect(stdout).toMatch(/Exit codes: 0 done; .* 130 interrupted/s);
  });

  it.each([...VERBS.map((args) => (args[0] === 'dlq' ? args.slice(0, 2) : args.slice(0, 1)))])(
    'of %s %s names the common options',
    async (...verb: string[]) => {
      const { code, stdout } = await sluice([...verb, '--help']);
      expect(code).toBe(0);
      for (const option of ['--stage', '--profile', '--region', '--endpoint', '--json', '--debug']) {
        expect(stdout).toContain(option);
      }
    },
  );
});

describe('every verb, when AWS refuses its calls:', () => {
  /** The command classifies errors in one place: two are tested on every verb, the others on one. */
  const some = VERBS.slice(0, 1);
  const faults: [string, string, number, number, RegExp, typeof VERBS][] = [
    ['an expired token', 'ExpiredTokenException', 403, 4, /token has expired\n {2}sign in again: aws sso login/, VERBS],
    ['unknown credentials', 'UnrecognizedClientException', 400, 4, /does not know these credentials/, some],
    ['a missing right', 'AccessDeniedException', 403, 4, /a right is missing: .*\n.*sluice-dev-read/, some],
    ['a throttled API', 'ThrottlingException', 400, 5, /AWS throttles the calls .*\n {2}try again/, VERBS],
  ];
  it.each(faults)(
    '%s is reported in one line, with what to do',
    async (_, type, status, code, said, verbs) => {
      const aws = await refusing(type, status);
      const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: aws.url, AWS_MAX_ATTEMPTS: '1' };
      for (const verb of VERBS) {
        const ran = await (type === 'ThrottlingException' ? command : sluice)(verb, { env });
        expect([verb.join(' '), ran.code, ran.stdout]).toEqual([verb.join(' '), code, '']);
        expect(ran.stderr).toMatch(said);
        expect(ran.stderr).not.toMatch(/\n {4}at /);
      }
      expect(aws.calls()).toBeGreaterThanOrEqual(verbs.length);
      aws.close();
    },
    120_000,
  );

  it('missing credentials are reported, with what to do', async () => {
    for (const verb of VERBS) {
      const ran = await sluice(verb, { env: { AWS_REGION: 'us-east-1' } });
      expect([verb[0], ran.code]).toEqual([verb[0], 4]);
      expect(ran.stderr).toMatch(/^sluice: no AWS credentials were found\n {2}name a profile/);
    }
  }, 120_000);

  it('an unknown profile is reported by its name', async () => {
    const ran = await sluice(['queues', '--profile', 'nobody', '--region', 'us-east-1']);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(/profile "nobody" gives no credentials/);
  });

  it('an endpoint that does not answer is reported by its address', async () => {
    const ran = await sluice(['dead', '--endpoint', 'http://127.0.0.1:9'], {
      env: { ...CREDENTIALS, AWS_MAX_ATTEMPTS: '1' },
    });
    expect([ran.code, ran.stderr]).toEqual([5, expect.stringMatching(/no answer from AWS at http:\/\/127.0.0.1:9/)]);
  });

  it('a missing region is reported, with what to do', async () => {
    const { AWS_REGION: _, ...env } = CREDENTIALS;
    const ran = await sluice(['queues'], { env });
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/no region is set\n {2}name one: --region/)]);
  });

  it('--debug prints the stack, and --json prints the error as JSON', async () => {
    const aws = await refusing('AccessDeniedException', 403);
    const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: aws.url };
    expect((await sluice(['queues', '--debug'], { env })).stderr).toMatch(/\n {4}at /);
    const { stderr, code } = await sluice(['queues', '--json'], { env });
    expect(JSON.parse(stderr)).toMatchObject({ error: { exitCode: code, message: expect.stringContaining('right') } });
    aws.close();
  });
});

describe('bad input never reaches AWS:', () => {
  const SECRET = 'correct-horse';
  const HOSTILE = ['a; rm -rf /', '$(id)', '`id`', 'a|b', '../x', 'ä', '', 'x'.repeat(251)];
  it.each([
    ...HOSTILE.map((id) => [['job', 'send-email', id], /a key or id is 1 to 250/] as const),
    ...HOSTILE.map(
      (id) => [['dlq', 'redrive', 'send-email', '--key', id, '--yes'], /a key or id is 1 to 250/] as const,
    ),
    [['queues', '--stage', 'Prod-1'], /--stage must be 1 to 16 of a-z and 0-9/],
    [['queues', '--stage', '$(id)'], /--stage must be/],
    [['queues', 'Send_Email'], /a job type is 1 to 40/],
    [['send', 'send-mail', '{}'], /has no job type "send-mail"; did you mean "send-email"/],
    [['send', 'send-email', `{"text":"${SECRET}`], /it is not JSON/],
    [['send', 'send-email', ''], /it is empty/],
    [['send', 'send-email', '@nothing.json'], /no such file or directory/],
    [['send', 'send-email', '{}', '--lines'], /give @file or -/],
    [['send', 'send-email', '-', '--lines', '--id', 'a'], /name one job/],
    [['send', 'send-email', '{}', '--delay', '-1'], /--delay must be a whole number/],
    [['send', 'send-email', '{}', '--max-attempts', '1.5'], /--max-attempts must be/],
    [['dead', '--reason', 'crash'], /must be one of .*did you mean "Crashed"/],
    [['dead', '--since', 'yesterday'], /--since must be an age as 30m/],
    [['dlq', 'redrive', 'send-email', '--rate', '0'], /--rate must be a whole number, 1 to 10000/],
    [['dlq', 'redrive', 'send-email', '--edit', '--body', '{}'], /not both/],
    [['queues', '--endpoint', 'localhost:4566'], /--endpoint must be a URL/],
    [['quues'], /unknown command 'quues'\n\(Did you mean queues\?\)/],
    [['dead', '--stagge', 'x'], /unknown option '--stagge'/],
    [['job', 'send-email'], /missing required argument 'key'/],
    [['dlq'], /Usage: sluice dlq/],
  ] as [string[], RegExp][])('%j', async (args, said) => {
    const aws = await refusing('AccessDeniedException', 403);
    const { code, stdout, stderr } = await sluice(args, { env: { ...CREDENTIALS, AWS_ENDPOINT_URL: aws.url } });
    aws.close();
    expect(stderr).toMatch(said);
    expect([code, stdout]).toEqual([args[1] === 'send-mail' ? 3 : 2, '']);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr).not.toContain(SECRET);
    expect(aws.calls()).toBe(0);
  });

  it('payload files that are empty or not JSON are refused', async () => {
    await writeFile(join(command.home, 'bad.json'), `{"text":"${SECRET}"`);
    await writeFile(join(command.home, 'empty.json'), '');
    const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' };
    const said = [];
    for (const file of ['bad', 'empty']) {
      const { code, stderr } = await sluice(['send', 'send-email', `@${file}.json`], { env });
      said.push([code, stderr.trim()]);
    }
    expect(said).toEqual([
      [2, 'sluice: it is not JSON: it ends at column 24, and more must follow'],
      [2, 'sluice: it is empty: a JSON payload is needed'],
    ]);
  });
});

describe('without AWS', () => {
  it('schema prints the JSON Schema of a job type', async () => {
    const { code, json } = await sluice(['schema', 'send-email']);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ title: 'Message of a send-email job', required: ['payload'] });
    expect((await sluice(['schema', 'nothing'])).code).toBe(3);
  });

  it('new refuses an invalid type, and one that exists already', async () => {
    expect((await sluice(['new', 'core'])).stderr).toMatch(/name of a stack of Sluice/);
    expect(await sluice(['new', 'catalogue'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/already/) });
  });

  it('a reader that closes early is no failure', async () => {
    const { code } = await command(['schema', 'send-email'], { onStart: (child) => child.stdout?.destroy() });
    expect(code).toBe(0);
  });
});

/** Nodes on this machine that cannot run TypeScript. */
function olderNodes(): string[] {
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return [...new Set(found)].filter((node) => {
    const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    return status === 0 && Number(stdout.slice(1).split('.')[0]) < 24;
  });
}

describe('the command started by', () => {
  const [older] = olderNodes();
  if (older === undefined) console.log('  skipped: this machine has no Node below 24 to hand over from');

  it.skipIf(older === undefined)('an older Node runs on the checkout’s Node and keeps the exit code', async () => {
    const options = older === undefined ? {} : { node: older };
    const schema = await command(['schema', 'send-email'], options);
    expect([schema.code, schema.json()]).toEqual([0, expect.objectContaining({ type: 'object' })]);
    expect((await command(['queues', '--stage', 'X'], options)).code).toBe(2);
  });

  it('npx in a checkout is found', async () => {
    const home = { HOME: command.home, npm_config_cache: join(command.home, 'cache') };
    const env = { PATH: process.env.PATH, ...home, ...WITH_OWN_TYPES };
    const { stdout } = await promisify(execFile)('npx', ['sluice', 'schema', 'send-email'], { cwd: ROOT, env });
    expect(JSON.parse(stdout)).toMatchObject({ title: 'Message of a send-email job' });
  });
});

afterAll(async () => {
  host?.stop();
  await rm(command.home, { recursive: true, force: true });
});
