import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { deployed, workingFolder } from './support/deployed.ts';

const MAIL = { to: 'ada@example.com', subject: 'fine', text: 'Hello.' };
const PAYLOAD = JSON.stringify(MAIL);
const YEAR_SECONDS = 366 * 24 * 3600;
const lines = (...subjects: unknown[]) => subjects.map((subject) => JSON.stringify({ ...MAIL, subject })).join('\n');

describe('send takes', () => {
  const bodies = ({ queue }: ReturnType<typeof deployed>['world']) =>
    queue.messages().map(({ body }) => JSON.parse(body) as Record<string, unknown>);

  test.each([
    ['--max-attempts 1', { maxAttempts: 1 }],
    ['--max-attempts 100', { maxAttempts: 100 }],
    ['--key a.b:c_d-E9', { key: 'a.b:c_d-E9' }],
    ['--run-at 2026-01-01T01:00:00+01:00', { runAt: '2026-01-01T01:00:00+01:00' }],
    ['--delay 0', {}],
  ])('%s', async (option, wanted) => {
    const { run, world } = deployed();
    expect(await run(`send send-email '${PAYLOAD}' --id a ${option}`)).toMatchObject({ code: 0, stderr: '' });
    expect(bodies(world)).toMatchObject([{ id: 'a', payload: MAIL, ...wanted }]);
  });

  test('a delay beyond what SQS can hold as a time to run at', async () => {
    const { run, world } = deployed();
    expect((await run(`send send-email '${PAYLOAD}' --delay ${YEAR_SECONDS}`)).code).toBe(0);
    const [body] = bodies(world);
    expect(Date.parse(String(body?.runAt)) - Date.now()).toBeGreaterThan((YEAR_SECONDS - 60) * 1000);
  });

  test('a name of its own making, if it is given none', async () => {
    const { run, world } = deployed();
    const { stdout } = await run(`send send-email '${PAYLOAD}'`);
    const [, id] = /^sent send-email ([0-9a-f-]{36})\n$/.exec(stdout) ?? [];
    expect(bodies(world)).toMatchObject([{ id }]);
    expect(bodies(world)[0]).not.toHaveProperty('key');
  });

  test('options of the command for what an envelope leaves out', async () => {
    const { run, world } = deployed();
    const given = JSON.stringify({ payload: MAIL, maxAttempts: 3 });
    await run(`send send-email '${given}' --envelopes --max-attempts 9 --key k --tenant acme`);
    expect(bodies(world)).toMatchObject([{ maxAttempts: 3, key: 'k' }]);
    expect(world.queue.messages()[0]?.group).toBe('acme');
  });
});

describe('send refuses, and sends nothing:', () => {
  test.each([
    ['--max-attempts 0', '--max-attempts must be a whole number, 1 to 100, got "0"'],
    ['--max-attempts 101', '--max-attempts must be a whole number, 1 to 100, got "101"'],
    ['--delay -1', '--delay must be a whole number, 0 to 31622400, got "-1"'],
    [`--delay ${YEAR_SECONDS + 1}`, '--delay must be a whole number, 0 to 31622400, got "31622401"'],
    ['--id ä', 'a key or id is 1 to 250 of A-Z a-z 0-9 _ . : -, got "ä"'],
    [`--key ${'k'.repeat(251)}`, `a key or id is 1 to 250 of A-Z a-z 0-9 _ . : -, got "${'k'.repeat(80)}"`],
  ])('%s', async (option, said) => {
    const { run, world } = deployed();
    expect(await run(`send send-email '${PAYLOAD}' ${option}`)).toEqual(
      expect.objectContaining({ code: 2, stdout: '', stderr: `sluice: ${said}\n` }),
    );
    expect(world.queue.messages()).toEqual([]);
  });

  test.each([
    ["''", /^sluice: it is empty: a JSON payload is needed\n$/],
    ['{', /^sluice: it is not JSON: it ends at column 2, and more must follow\n$/],
    ['{}', /^sluice: .*payload\.to/],
    ['@nothing', /^sluice: no such file or directory, open 'nothing'/],
    ["'[]' --envelopes", /^sluice: it is not an object with a "payload"\n$/],
    [`'${JSON.stringify({ payload: MAIL, key: 'ä' })}' --envelopes`, /^sluice: .*"key" must be 1 to 250/],
    [`'${PAYLOAD}' --run-at tomorrow`, /^sluice: .*"?runAt"? must be a time in ISO 8601/],
  ])('the payload %s', async (payload, said) => {
    workingFolder();
    const { run, world } = deployed();
    const ran = await run(`send send-email ${payload}`);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, '', expect.stringMatching(said)]);
    expect(world.queue.messages()).toEqual([]);
  });

  test('a type that the catalogue lacks, and one that the stage lacks', async () => {
    const { run } = deployed();
    expect(await run(`send send-mail '${PAYLOAD}'`)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no job type "send-mail"; did you mean "send-email"\?\n$/),
    });
    expect(await run('send process-payment {}')).toMatchObject({
      code: 3,
      stderr: 'sluice: stage "test" has no job type "process-payment"; it has: send-email\n',
    });
  });

  test('what SQS refuses, and says so', async () => {
    const { run, world } = deployed();
    world.sqs.faults.plan('SendMessage', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) }, 100);
    const ran = await run(`send send-email '${PAYLOAD}' --id a --json`);
    expect([ran.code, ran.stdout, JSON.parse(ran.stderr)]).toEqual([
      4,
      '',
      { error: expect.objectContaining({ exitCode: 4, message: expect.stringContaining('no') }) },
    ]);
  });
});

describe('send --lines', () => {
  test('has a file of its own for what was refused, which others cannot read', async () => {
    const { run } = deployed();
    workingFolder();
    await run('send send-email - --lines --refused out', { input: 'no json' });
    expect(statSync('out').mode & 0o777).toBe(0o600);
    expect(readFileSync('out', 'utf8')).toBe('{"payload":no json}\n');
  });

  test('gives all jobs the options of the command, and each its own before them', async () => {
    const { run, world } = deployed();
    workingFolder();
    const input = [
      { payload: MAIL, id: 'a' },
      { payload: MAIL, id: 'b', maxAttempts: 1 },
    ]
      .map((one) => JSON.stringify(one))
      .join('\n');
    const options = '--envelopes --max-attempts 7 --tenant acme';
    expect(await run(`send send-email - --lines ${options}`, { input })).toMatchObject({
      stdout: '2 sent, 0 refused\n',
    });
    const sent = world.queue.messages().map(({ body, group }) => ({ ...JSON.parse(body), group }));
    expect(sent).toMatchObject([
      { id: 'a', maxAttempts: 7, group: 'acme' },
      { id: 'b', maxAttempts: 1, group: 'acme' },
    ]);
  });

  test('names ten of eleven refused lines, and saves all', async () => {
    const { run } = deployed();
    workingFolder();
    const { stdout } = await run('send send-email - --lines --refused out', { input: lines(...Array(11).keys()) });
    const printed = stdout.trimEnd().split('\n');
    expect([printed[0], printed.at(1), printed.at(-2), printed.at(-1)]).toEqual([
      ...['0 sent, 11 refused', expect.stringMatching(/^line 1: /), expect.stringMatching(/^line 10: /)],
      'what was not sent is in out; correct 11 of its lines there, then: ' +
        'npx sluice send send-email --lines --envelopes @out --stage test',
    ]);
    expect(printed).toHaveLength(12);
    expect(readFileSync('out', 'utf8').trimEnd().split('\n')).toHaveLength(11);
  });

  test('of which some may have been sent says how many, and what is sent again runs once', async () => {
    const { run, world } = deployed();
    workingFolder();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'lostReply' }, 6);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }).setTimerTickMode('nextTimerAsync');
    const first = await run('send send-email - --lines --refused out --json', { input: lines('one', 'two') });
    vi.useRealTimers();
    expect([first.code, first.json()]).toEqual([
      1,
      {
        ...{ sent: 0, refused: 2, unknown: 2, notTried: 0, interrupted: false, file: 'out' },
        first: [1, 2].map((line) => ({ line, jobId: expect.any(String), why: expect.any(String), maybeSent: true })),
      },
    ]);
    expect((await run('send send-email @out --lines --envelopes')).stdout).toBe('2 sent, 0 refused\n');
    await world.drain();
    expect(world.starts).toHaveLength(2);
  });

  test('whose input cannot be read reports what was sent before it, and fails', async () => {
    const { run, world } = deployed();
    workingFolder();
    const many = lines(...Array.from({ length: 600 }, (_, n) => `s${n}`));
    writeFileSync('in', Buffer.concat([Buffer.from(`${many}\n`), Buffer.from([0xff, 0x0a])]));
    const ran = await run('send send-email @in --lines');
    expect([ran.code, ran.stdout]).toEqual([2, expect.stringMatching(/^\d+ sent, 0 refused\n/)]);
    expect(ran.stderr).toMatch(/is not UTF-8/);
    expect(world.queue.messages()).toHaveLength(Number(/^\d+/.exec(ran.stdout)?.[0]));
  });
});
