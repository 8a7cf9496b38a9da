import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { definitions } from '../../../support/shop/catalogue.ts';
import { type Deployed, deployed, workingFolder } from './support/deployed.ts';

const later = ({ world }: Deployed, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();
const LOG = '/aws/lambda/sluice-test-send-email';
const MAIL = { to: 'ada@example.com', subject: 'fine', text: 'Hello.' };
const PAYLOAD = JSON.stringify(MAIL);

/** What the consumers logged, in the group where the command looks. */
function collectLogs({ world, plane }: Deployed): void {
  const events = world.output.logs().map((line) => ({ timestamp: world.clock.now(), message: JSON.stringify(line) }));
  plane.logs.set(LOG, [{ timestamp: 1, message: 'START x' }, ...events]);
}

/** `name   value` lines as an object. */
const fields = (text: string) =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, 13).trim(), line.slice(14)]),
  );

describe('job', () => {
  test('prints what there is of a job that completed', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    const { stdout, stderr, code } = await there.run('job send-email a');
    expect(fields(stdout)).toEqual({
      ...{ type: 'send-email', key: 'a', status: 'COMPLETED', attempts: '1 of 5' },
      ...{ created: '2026-01-01T00:00:00.000Z', 'last attempt': '2026-01-01T00:00:00.000Z' },
      ...{ completed: '2026-01-01T00:00:00.000Z', 'kept until': expect.stringMatching(/^2026-01-/) },
      ...{ result: '{"sent":"fine"}', message: 'none: the job is over' },
    });
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('prints why a job died', async () => {
    const there = deployed();
    await there.graveyard(1);
    expect(fields((await there.run('job send-email a0')).stdout)).toMatchObject({
      ...{ status: 'DEAD', died: '2026-01-01T00:00:00.000Z', reason: 'PermanentError' },
      error: 'PermanentError: no such mailbox',
    });
  });

  test('prints all that an item can hold', async () => {
    const there = deployed();
    there.mail('an-id', 'fine', { key: 'k' });
    await there.world.drain();
    there.world.alter('k', {
      ...{ status: 'INPROGRESS', cancelRequested: true, leaseUntil: there.world.clock.now() + 1000, runNo: 2 },
      ...{ snoozes: 3, progress: { done: 1 }, checkpoint: { at: 2 }, checkpointNo: 4, dueAt: 1000 },
    });
    expect(fields((await there.run('job send-email k')).stdout)).toMatchObject({
      ...{ id: 'an-id', key: 'k', status: 'INPROGRESS, cancellation requested', attempts: '1 of 5, and 3 snoozes' },
      ...{ run: '2 (it died and was redriven, or came again after its retention)', due: '1970-01-01T00:00:01.000Z' },
      ...{ 'lease until': '2026-01-01T00:00:01.000Z', progress: '{"done":1}', checkpoint: '{"at":2} (number 4)' },
    });
  });

  test('prints a parked body only if asked', async () => {
    const there = deployed();
    there.mail('a', 'fine', { runAt: later(there, 3600) });
    await there.world.drain();
    const shown = fields((await there.run('job send-email a')).stdout);
    expect(shown).toMatchObject({ status: 'SCHEDULED', due: '2026-01-01T01:00:00.000Z' });
    expect(shown).not.toHaveProperty('body');
    expect(fields((await there.run('job send-email a --payload')).stdout).body).toContain('ada@example.com');
  });

  test('prints its log lines, without what every line has and without an error’s stack', async () => {
    const there = deployed();
    there.mail('a', 'fail');
    there.mail('b');
    await there.world.deliver();
    collectLogs(there);
    const { stdout } = await there.run('job send-email a --logs');
    const lines = stdout.split('\n\n')[1]?.trimEnd().split('\n') ?? [];
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringMatching(/^INFO {2}job\.started \{"attempt":1\}$/),
      expect.stringMatching(/^(WARN|ERROR|INFO) +job\.failed \{.*"error":\{"name":"Error","message":"busy"\}/),
      expect.stringMatching(/^INFO {2}job\.retrying /),
    ]);
    expect(lines.join()).not.toMatch(/"jobType"|"stack"|cold_start|function_/);
    const asked = await there.run('job send-email a --logs --json');
    expect(asked.json<{ logs: [] }>().logs).toHaveLength(3);
    expect((await there.run('job send-email a --json')).json()).not.toHaveProperty('logs');
  });

  test('shows the causes of an error, and no other property of it', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    const error = { name: 'E', message: 'm', secret: 's', cause: { name: 'C', message: 'c', secret: 's' } };
    const events = [{ jobId: 'a', message: 'x', error }, { jobId: 'a', message: 'y', error: 'text' }, { jobId: 'a' }];
    plane(there, events);
    const { stdout } = await there.run('job send-email a --logs');
    expect(stdout).toContain('x {"error":{"name":"E","message":"m","cause":{"name":"C","message":"c"}}}\n');
    expect(stdout).toContain('y {"error":"text"}\n');
    expect(stdout).toMatch(/\n2025-12-31T23:59:59.998Z\n/);
  });
  const plane = ({ plane: { logs }, world }: Deployed, lines: readonly object[]) =>
    logs.set(
      LOG,
      lines.map((line, i) => ({ timestamp: world.clock.now() - i, message: JSON.stringify(line) })).reverse(),
    );

  const NAME = 'sluice-test-send-email-0123456789abcdef.mjs';
  /** A folder with the map of a bundle whose second line is line 12 of the user's file. */
  function maps(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-maps-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const map = { version: 3, sources: ['source:///functions/send-email/perform.ts'], names: [], mappings: ';AAWM' };
    writeFileSync(join(folder, `${NAME}.map`), JSON.stringify(map));
    return folder;
  }

  test('names the place in the user’s own code that an error came from, by the kept source map', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    const stack = `TypeError: no\n    at perform (${NAME}:2:1)\n    at run (node:internal:1:1)`;
    plane(there, [{ jobId: 'a', message: 'job.failed', error: { name: 'E', message: 'm', cause: { stack } } }]);
    const folder = maps();
    const { stdout } = await there.run(`job send-email a --logs --maps ${folder}`);
    expect(stdout).toMatch(/job\.failed .*\n {2}at functions\/send-email\/perform\.ts:12:7\n/);
    const { logs } = (await there.run(`job send-email a --logs --json --maps ${folder}`)).json<{ logs: [object] }>();
    expect(logs[0]).toMatchObject({ place: 'functions/send-email/perform.ts:12:7' });
    expect(JSON.stringify(logs)).toContain('at perform (functions/send-email/perform.ts:12:7)');
    expect((await there.run('job send-email a --logs')).stdout).not.toContain('  at ');
    const trace = await there.run(`trace --maps ${folder}`, { input: `${stack}\n` });
    expect(trace.stdout).toBe(stack.replace(`${NAME}:2:1`, 'functions/send-email/perform.ts:12:7').concat('\n'));
  });

  test('a stack whose source map is not kept says which is missing, and which option names its folder', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    const stack = `TypeError: no\n    at perform (${NAME}:2:1)\n    at run (${NAME}:3:1)`;
    plane(there, [{ jobId: 'a', message: 'job.failed', error: { name: 'E', message: 'm', stack } }]);
    const missing = `nowhere has no source map of ${NAME}: name the folder that its deploy left with --maps\n`;
    expect((await there.run('job send-email a --logs --maps nowhere')).stderr).toBe(missing);
    expect((await there.run('job send-email a --logs --json --maps nowhere')).stderr).toBe('');
    expect((await there.run('job send-email a --maps nowhere')).stderr).toBe('');
    expect(await there.run('trace --maps nowhere', { input: stack })).toMatchObject({
      ...{ code: 0, stdout: `${stack}\n`, stderr: missing },
    });
    expect((await there.run(`trace --maps ${maps()}`, { input: stack })).stderr).toBe('');
  });

  test('says that there is no log line', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    expect((await there.run('job send-email a --logs')).stderr).toBe(
      'no log line carries its id (lines take some seconds, and are kept for a time only)\n',
    );
  });

  test('that does not exist is reported, and exits 3', async () => {
    expect(await deployed().run('job send-email nothing')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^sluice: stage "test" has no send-email job with key or id "nothing"/),
    });
  });
});

describe('cancel', () => {
  test('of a job that is to come, of a type that begins optimistically, says that it may run', async () => {
    const there = deployed();
    const turned = definitions.map((one) => ({ ...one, begin: 'optimistic' as const }));
    expect(await there.run('cancel send-email a', { definitions: turned })).toMatchObject({
      ...{ code: 0, stdout: 'no such job yet: it is refused when it comes\n' },
      stderr: 'if it runs for the first time now, it ends CANCELLED: send-email begins optimistically\n',
    });
  });

  test('of a job that is to come, waits, or is over says what it did', async () => {
    const there = deployed();
    expect(await there.run('cancel send-email a')).toMatchObject({
      ...{ code: 0, stdout: 'no such job yet: it is refused when it comes\n' },
    });
    there.mail('b', 'fine', { runAt: later(there, 3600) });
    await there.world.drain();
    expect(await there.run('cancel send-email b')).toMatchObject({ code: 0, stdout: 'cancelled\n' });
    expect(await there.run('cancel send-email b')).toMatchObject({
      ...{ code: 1, stdout: 'send-email b is CANCELLED: nothing to cancel\n' },
    });
    expect((await there.run('cancel send-email b --json')).json()).toEqual({
      ...{ type: 'send-email', key: 'b', row: 'none', status: 'CANCELLED' },
    });
    expect((await there.run('cancel send-email b --json')).code).toBe(1);
    expect((await there.run('cancel send-email c --json')).code).toBe(0);
  });

  test('of a job that runs requests it', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    there.world.alter('a', { status: 'INPROGRESS', leaseUntil: there.world.clock.now() + 1000 });
    expect((await there.run('cancel send-email a')).stdout).toBe(
      'it runs: cancellation requested, it ends CANCELLED unless it completes\n',
    );
  });
});

describe('retry', () => {
  test('of a parked job makes it due now', async () => {
    const there = deployed();
    there.mail('a', 'fine', { runAt: later(there, 3600) });
    await there.world.drain();
    expect(await there.run('retry send-email a')).toMatchObject({
      ...{ code: 0, stdout: 'due now: the dispatcher sends it at its next tick\n' },
    });
  });

  test.each([
    ['COMPLETED', 'it is COMPLETED: nothing to retry'],
    ['CANCELLED', 'it is CANCELLED: nothing to retry'],
    ['DEAD', 'it is DEAD: send it back with npx sluice dlq redrive send-email --key a --stage test'],
    ['INPROGRESS', 'it runs'],
    ['RETRYING', 'it waits in the queue and starts by itself within a minute'],
    ['SCHEDULED', 'it waits in the queue and starts by itself within a minute'],
  ] as const)('of a job that is %s changes nothing, and exits 1', async (status, said) => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    there.world.alter('a', { status });
    expect(await there.run('retry send-email a')).toMatchObject({ code: 1, stdout: `${said}\n` });
    const ran = await there.run('retry send-email a --json');
    expect([ran.code, ran.json()]).toEqual([1, { type: 'send-email', key: 'a', row: 'none', status }]);
  });

  test('of a job that does not exist exits 3', async () => {
    expect(await deployed().run('retry send-email a')).toMatchObject({
      ...{ code: 3, stdout: 'there is no send-email job with key "a"\n' },
    });
  });
});

describe('send', () => {
  test('sends a job with its options', async () => {
    const { run, world } = deployed();
    const options = '--id a --key k --max-attempts 2 --tenant acme --delay 30';
    expect(await run(`send send-email '${PAYLOAD}' ${options}`)).toMatchObject({
      ...{ code: 0, stdout: 'sent send-email a\n', stderr: '' },
    });
    const [message] = world.queue.messages();
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ id: 'a', key: 'k', maxAttempts: 2, payload: MAIL });
    expect([message?.group, (message?.visibleAtMs ?? 0) - world.clock.now()]).toEqual(['acme', 30_000]);
  });

  test('takes the payload from a pipe or a file, and an envelope', async () => {
    const { run, world } = deployed();
    workingFolder();
    writeFileSync('mail.json', PAYLOAD);
    await run('send send-email - --id a', { input: PAYLOAD });
    await run('send send-email @mail.json --id b');
    await run(`send send-email '${JSON.stringify({ payload: MAIL, id: 'c' })}' --envelopes`);
    const bodies = world.queue.messages().map(({ body }) => JSON.parse(body) as { id: string; payload: object });
    expect(bodies.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    for (const { payload } of bodies) expect(payload).toEqual(MAIL);
  });

  test('prints JSON', async () => {
    const { run } = deployed();
    expect((await run(`send send-email '${PAYLOAD}' --id a --json`)).json()).toEqual({
      ...{ type: 'send-email', jobId: 'a', messageId: expect.any(String) },
    });
  });
});

describe('send --lines', () => {
  const lines = (...subjects: unknown[]) => subjects.map((subject) => JSON.stringify({ ...MAIL, subject })).join('\n');

  test('sends a job for each line, and saves those that were refused', async () => {
    const { run, world } = deployed();
    const { files } = workingFolder();
    const input = `${lines('one', 2)}\nno json\n\n${lines('three')}\n`;
    const { code, stdout, stderr } = await run('send send-email - --lines', { input });
    const [file = ''] = files();
    expect(file).toMatch(/^sluice-refused-send-email-\d{8}T\d{6}Z\.ndjson$/);
    expect(stdout).toMatch(
      /^2 sent, 2 refused\nline 3: it is not JSON: column 1\nline 2: .*subject.*\nwhat was not sent is in /,
    );
    expect(stdout).toContain(
      `what was not sent is in ${file}; correct 2 of its lines there, then: npx sluice send send-email --lines --envelopes @${file} --stage test\n`,
    );
    expect([code, stderr]).toEqual([1, '']);
    expect(readFileSync(file, 'utf8')).toBe(
      `{"payload":no json}\n${JSON.stringify({ payload: { ...MAIL, subject: 2 } })}\n`,
    );
    expect(world.queue.messages()).toHaveLength(2);
  });

  test('from a file, with nothing refused, writes no file', async () => {
    const { run, world } = deployed();
    const { files } = workingFolder();
    writeFileSync('in', lines('one', 'two'));
    expect(await run('send send-email @in --lines')).toMatchObject({ code: 0, stdout: '2 sent, 0 refused\n' });
    expect([files(), world.queue.messages().length]).toEqual([['in'], 2]);
  });

  test('prints JSON with the first ten refused lines', async () => {
    const { run } = deployed();
    workingFolder();
    const ran = await run('send send-email - --lines --refused out --json', { input: lines(...Array(12).keys()) });
    const { first, ...counts } = ran.json<{ first: object[] }>();
    expect(counts).toEqual({ sent: 0, refused: 12, unknown: 0, notTried: 0, interrupted: false, file: 'out' });
    expect([first.length, first[0]]).toEqual([10, { line: 1, why: expect.any(String), maybeSent: false }]);
    expect(readFileSync('out', 'utf8').trimEnd().split('\n')).toHaveLength(12);
  });

  test('does not write into a file that exists', async () => {
    const { run, world } = deployed();
    workingFolder();
    writeFileSync('out', 'mine');
    const ran = await run('send send-email - --lines --refused out', { input: lines('one') });
    expect(ran).toMatchObject({
      ...{ code: 2, stderr: 'sluice: out exists already: name another file with --refused\n' },
    });
    expect([readFileSync('out', 'utf8'), world.queue.messages()]).toEqual(['mine', []]);
  });

  test.each([
    ['send send-email @nothing --lines', /^sluice: no such file or directory/],
    ['send send-email @nothing --lines --id a', /^sluice: --id and --key name one job/],
    ['send send-email @nothing --lines --key a', /^sluice: --id and --key name one job/],
    ['send send-email text --lines', /^sluice: with --lines, give @file or - for standard input/],
  ])('%s is refused', async (args, said) => {
    workingFolder();
    expect(await deployed().run(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
  });

  test('that is interrupted saves what was not tried, and exits 130', async () => {
    const { run } = deployed();
    workingFolder();
    const signal = AbortSignal.abort();
    const ran = await run('send send-email - --lines --refused out', { input: lines('one', 'two'), signal });
    expect([ran.code, ran.stdout]).toEqual([
      130,
      '0 sent, 0 refused, 2 not tried\nline 1: not tried\nline 2: not tried\n' +
        'what was not sent is in out; send it again: npx sluice send send-email --lines --envelopes @out --stage test\ninterrupted\n',
    ]);
    expect(readFileSync('out', 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });

  test('shows its progress at a terminal', async () => {
    workingFolder();
    const { ask } = deployed();
    writeFileSync('in', lines('one', 'two'));
    expect((await ask('send send-email @in --lines')).stderr).toMatch(/2 lines, \d+\/s/);
    expect((await ask('send send-email @in --lines --json')).stderr).toBe('');
  });
});
