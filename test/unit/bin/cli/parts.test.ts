import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeContext } from '../../../../bin/cli/context.ts';
import type { ClientConfig, Host } from '../../../../bin/cli/host.ts';
import { since, whole } from '../../../../bin/cli/options.ts';
import { duration, makePrinter, time } from '../../../../bin/cli/print.ts';
import { makeProgress } from '../../../../bin/cli/progress.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { visible } from '../../../support/terminal.ts';
import { deployed, workingFolder } from './support/deployed.ts';

afterEach(() => vi.useRealTimers());
const at = (text: string) => vi.useFakeTimers({ now: Date.parse(text), toFake: ['Date'] });

test.each([
  [undefined, '—'],
  [0, '0 s'],
  [119.4, '119 s'],
  [120, '2 min'],
  [7199, '120 min'],
  [7200, '2 h'],
  [172_799, '48 h'],
  [172_800, '2 d'],
  [864_000, '10 d'],
])('a duration of %s s is %s', (seconds, shown) => {
  expect(duration(seconds)).toBe(shown);
});

test('a time is local: of today without its day', () => {
  const today = new Date(2026, 8, 3, 9, 5, 7);
  at(today.toISOString());
  expect(time(today.toISOString())).toBe('09:05:07');
  expect(time(new Date(2026, 8, 2, 23, 59, 59).toISOString())).toBe('2026-09-02 23:59:59');
  expect([time(undefined), time('x')]).toEqual(['—', '—']);
});

describe('--since', () => {
  test.each([
    ['30s', '2026-01-31T08:59:30Z'],
    ['30m', '2026-01-31T08:30:00Z'],
    ['12h', '2026-01-30T21:00:00Z'],
    ['100d', '2025-10-23T09:00:00Z'],
    ['2026-01-01T10:00:00+01:00', '2026-01-01T09:00:00Z'],
    ['2026-01-01', '2026-01-01T00:00:00Z'],
  ])('%s is %s', (text, wanted) => {
    at('2026-01-31T09:00:00Z');
    expect(new Date(since(text)).toISOString()).toBe(new Date(wanted).toISOString());
  });

  test.each(['x30m', '30mm', '30', 'm', '1234567m', '2026-13-01', 'Jan 1 2026', 'a2026-01-01', ''])(
    '%j is refused',
    (text) => {
      expect(() => since(text)).toThrow('--since must be an age as 30m, 2h or 1d');
    },
  );
});

test('a whole number is digits alone, within its bounds', () => {
  const parse = whole('--n', { min: 2, max: 12 });
  expect([parse('2'), parse('12'), whole('--n', { max: 3 })('1')]).toEqual([2, 12, 1]);
  for (const wrong of ['1', '13', '3x', 'x3', ' 3', '', '2.5', '-3', '1e1']) {
    expect(() => parse(wrong)).toThrow(`--n must be a whole number, 2 to 12, got "${wrong}"`);
  }
});

/** Output as text. */
function sink(isTTY: boolean) {
  let text = '';
  const write = (chunk: Buffer, _: string, done: () => void) => {
    text += chunk.toString();
    done();
  };
  return { stream: Object.assign(new Writable({ write }), { isTTY }), text: () => visible(text) };
}

describe('progress', () => {
  const UPDATE = '\r␛[K';
  function makeBar(total: number | undefined, json = false, isTTY = true) {
    at('2026-01-01T00:00:00Z');
    const { stream, text } = sink(isTTY);
    const progress = makeProgress('done', total, { host: { stderr: stream }, print: { json } });
    const update = (ms: number, done: number) => {
      vi.setSystemTime(Date.now() + ms);
      progress.update(done);
    };
    return { update, end: progress.end, text };
  }

  test('is a bar with a rate, drawn ten times a second at most, and cleared at the end', () => {
    const { update, end, text } = makeBar(8);
    update(2000, 2);
    update(99, 4);
    update(1, 6);
    end();
    const bar = (full: number) => `[${'█'.repeat(full)}${'░'.repeat(30 - full)}]`;
    expect(text()).toBe(`${UPDATE}${bar(8)} 2/8 done, 1/s${UPDATE}${bar(23)} 6/8 done, 3/s${UPDATE}`);
  });

  test('of more than was expected is full, and counts on', () => {
    const { update, text } = makeBar(2);
    update(1000, 5);
    expect(text()).toBe(`${UPDATE}[${'█'.repeat(30)}] 5/5 done, 5/s`);
  });

  test.each([
    [undefined, '5 done, 5/s'],
    [0, '5/5 done, 5/s'],
  ])('of a total of %s has no bar', (total, shown) => {
    const { update, text } = makeBar(total);
    update(1000, 5);
    expect(text()).toBe(`${UPDATE}${shown}`);
  });

  test.each([
    ['with --json', true, true],
    ['without a terminal', false, false],
  ])('%s prints nothing', (_, json, isTTY) => {
    const { update, end, text } = makeBar(8, json, isTTY);
    update(1000, 5);
    end();
    expect(text()).toBe('');
  });

  test('that was never drawn is not cleared', () => {
    const { end, text } = makeBar(8);
    end();
    expect(text()).toBe('');
  });
});

test('a table in a pipe has a line a row: breaks and tabs in a cell are blanks', () => {
  const { stream, text } = sink(false);
  const print = makePrinter({ json: false, host: { stdout: stream, stderr: stream, env: {} } });
  print.table([{ a: 'x\t\r\ny' }, { a: '' }, { a: undefined }], [{ head: 'A', cell: ({ a }) => a }]);
  print.clear();
  expect(text()).toBe('A\nx y\n—\n—\n');
});

test.each([
  [{}, {}],
  [{ profile: 'p' }, { profile: 'p' }],
  [{ region: 'r' }, { region: 'r' }],
  [
    { endpoint: 'http://e', profile: 'p', region: 'r' },
    { endpoint: 'http://e', profile: 'p', region: 'r' },
  ],
])('options %j connect to %j', (options, wanted) => {
  const configs: ClientConfig[] = [];
  const { stream } = sink(false);
  const host = {
    ...{ stdin: new PassThrough(), stdout: stream, stderr: stream, env: {} },
    connect(config: ClientConfig) {
      configs.push(config);
      return { aws: {} } as ReturnType<Host['connect']>;
    },
    interruption: () => new AbortController().signal,
  };
  expect(makeContext(options, host).stage.name).toBe('dev');
  expect(configs).toEqual([wanted]);
  expect(() => makeContext({ endpoint: 'xhttp://e' }, host)).toThrow(/--endpoint must be a URL/);
});

test.each([
  ['its input', { stdin: false, stdout: true, stderr: true }],
  ['its questions', { stdin: true, stdout: true, stderr: false }],
])('a command that has no terminal for %s asks nothing', async (_, ttys) => {
  const { run, graveyard, world } = deployed();
  await graveyard(1);
  const { stdout } = await run('dlq redrive send-email', { ttys, input: 'y\n' });
  expect(stdout).toMatch(/Send them back\? No: nothing was sent \(--yes does it\)\.\n$/);
  expect(world.queue.messages()).toEqual([]);
});

test.each([
  [['--region', 'eu-west-1', '--profile', 'my work'], " --stage test --profile 'my work' --region eu-west-1"],
  [['--profile', "o'brien", '--stage', 'test'], " --stage test --profile 'o'\\''brien'"],
  [['--endpoint=http://127.0.0.1:4580'], ' --stage test --endpoint http://127.0.0.1:4580'],
  [['--local'], ' --local'],
  [['--local', '--stage', 'test'], ' --stage test --local'],
])('a command that is advised looks where this one looked: %j', async (options, flags) => {
  const { argv, graveyard } = deployed();
  await graveyard(1);
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  const localStage = () => ({ stage: 'test', endpoint: 'http://127.0.0.1:4580', region: 'us-east-1', credentials });
  const { stdout } = await argv(['retry', 'send-email', 'a0', ...options], { localStage });
  expect(stdout).toBe(`it is DEAD: send it back with npx sluice dlq redrive send-email --key a0${flags}\n`);
});

describe('send --lines', () => {
  const line = JSON.stringify({ to: 'ada@example.com', subject: 's', text: 't' });

  test('says of lines without an answer that they may have been sent, and exits 1', async () => {
    const { run, world } = deployed();
    workingFolder();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'lostReply' }, 100);
    // The producer's pauses between its tries are leapt over.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }).setTimerTickMode('nextTimerAsync');
    const { code, stdout } = await run('send send-email - --lines --refused out', { input: line });
    expect(stdout).toContain(
      '1 of the refused may have been sent. The file keeps their ids: sent again, they run once\n',
    );
    expect(code).toBe(1);
  });

  test('whose queue is gone says so of each line, and exits 1', async () => {
    const { run, world } = deployed();
    workingFolder();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('QueueDoesNotExist', 'gone') }, 100);
    const { code, stdout } = await run('send send-email - --lines --refused out', { input: line });
    expect(stdout).toMatch(/^0 sent, 1 refused\nline 1: SQS did not take job \S+: QueueDoesNotExist: gone\n/);
    expect(code).toBe(1);
  });
});
