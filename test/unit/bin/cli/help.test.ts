import { describe, expect, test } from 'vitest';
import { deployed } from './support/deployed.ts';

const WHERE = [
  ...['--stage <stage>', '--app <app>', '--profile <name>', '--region <region>', '--endpoint <url>', '--local'],
  ...['--json', '--wide', '--debug'],
];
const WHICH = ['--reason <reason>', '--error <text>', '--since <age>', '--key <key>'];

/** The entries of a help's groups: what stands before their texts. An entry without a text is none. */
function groups(help: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const group of help.split('\n\n')) {
    const [, title] = /^(\S[^\n]*):\n/.exec(group) ?? [];
    if (title === undefined) continue;
    found[title] = [...group.matchAll(/^ {2}(\S.*?) {2,}\S/gm)].map(([, entry = '']) => entry);
  }
  return found;
}

describe('the help of', () => {
  test.each([
    ['queues', '[options] [type]', ['-w, --watch', '--every <seconds>'], []],
    ['job', '[options] <type> <key>', ['--logs', '--maps <folder>', '--payload'], []],
    [
      'send',
      '[options] <type> <json>',
      [
        ...['--id <id>', '--key <key>', '--max-attempts <n>', '--run-at <time>', '--delay <seconds>'],
        ...['--tenant <tenant>', '--lines', '--envelopes', '--refused <file>'],
      ],
      [],
    ],
    ['dead', '[options] [type]', ['--jobs', '--limit <n>'], WHICH],
    ['dlq show', '[options] <type>', ['--bodies', '--limit <n>'], WHICH],
    ['dlq redrive', '[options] <type>', ['-y, --yes', '--rate <n>', '--limit <n>', '--edit', '--body <json>'], WHICH],
    ['dlq purge', '[options] <type>', ['-y, --yes', '--save <file>', '--no-save'], WHICH],
    ['retry', '[options] <type> [key]', ['--all', '-y, --yes', '--rate <n>'], []],
    ['cancel', '[options] <type> [key]', ['--flow', '--all', '-y, --yes', '--rate <n>'], []],
    ['find', '[options] <text>', ['--since <age>'], []],
    ['waiting', '[options] [type]', ['--limit <n>'], []],
    ['flow', '[options] <type> <flow>', ['--all'], []],
    ['flows', '[options] [type]', ['--limit <n>'], []],
    ['pause', '[options] <type>', ['--no-wait'], []],
    ['resume', '[options] <type>', ['--no-wait'], []],
    ['breaker', '[options] <type> [change]', [], []],
    ['drain', '[options] <type>', ['--timeout <seconds>'], []],
  ])('%s names what it takes', async (verb, usage, options, which) => {
    const { run } = deployed();
    const { code, stdout, stderr } = await run(`${verb} --help`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n', 3)).toEqual([`Usage: sluice ${verb} ${usage}`, '', expect.stringMatching(/^\S/)]);
    expect(groups(stdout)).toEqual({
      Arguments: usage
        .split(' ')
        .slice(1)
        .map((argument) => argument.slice(1, -1)),
      Options: [...options, '-h, --help'],
      ...(which.length > 0 && { Which: which }),
      'Where and how': WHERE,
    });
  });

  test.each([
    ['doctor', '[options]', ['--scan', '--job', '-y, --yes', '-h, --help']],
    ['mcp', '[options]', ['--allow-changes', '--payloads', '--maps <folder>', '-h, --help']],
    ['trace', '[options] [text]', ['--maps <folder>', '-h, --help']],
    ['schema', '[options] [type]', ['--output <verb...>', '--debug', '-h, --help']],
    ['new', '[options] <type>', ['--json', '--debug', '-h, --help']],
    ['local', '[options]', ['--stage <stage>', '--emulator <kind>', '--no-console', '-h, --help']],
    ['console', '[options]', ['--port <port>', '--no-open', '--read-only', '--no-payloads', '-h, --help']],
    ['completion', '[options] <what>', ['--debug', '-h, --help']],
    ['init', '[options] [folder]', ['--package <spec>', '--json', '--debug', '-h, --help']],
  ])('%s names its usage and options, and what each argument is', async (verb, usage, options) => {
    const { stdout } = await deployed().run(`${verb} --help`);
    expect(stdout.split('\n')[0]).toBe(`Usage: sluice ${verb} ${usage}`);
    const { Options, Arguments = [] } = groups(stdout);
    expect([Options, Arguments.length]).toEqual([options, usage.split(' ').length - 1]);
  });

  test('the command lists its verbs, with what each is for', async () => {
    const { run } = deployed();
    const { stdout } = await run('--help');
    expect(groups(stdout).Commands?.map((entry) => entry.split(' ')[0])).toEqual([
      ...[
        'queues',
        'job',
        'find',
        'waiting',
        'flow',
        'flows',
        'send',
        'schedule',
        'dead',
        'dlq',
        'retry',
        'cancel',
        'pause',
        'resume',
        'breaker',
        'drain',
        'doctor',
        'trace',
      ],
      ...['schema', 'new', 'local', 'init', 'console', 'mcp', 'completion', 'help'],
    ]);
    expect(groups((await run('dlq --help')).stdout).Commands?.map((entry) => entry.split(' ')[0])).toEqual([
      ...['show', 'redrive', 'purge', 'help'],
    ]);
  });
});

test.each(['help send', 'send -h', 'send a {} --help', 'help dlq', 'dlq help redrive'])('%s is help', async (args) => {
  const { run } = deployed();
  const { code, stdout, stderr } = await run(args);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: sluice (send|dlq)/);
});

test('a mistyped option of send is not taken for an id: its ids are options', async () => {
  const { stderr } = await deployed().run('send send-email {} --idd a');
  expect(stderr).toBe("error: unknown option '--idd'\n(Did you mean --id?)\n(--help shows how it is used)\n");
});

test.each([
  ['send', "missing required argument 'type'"],
  ['send send-email', "missing required argument 'json'"],
  ['send send-email {} more', "too many arguments for 'send'. Expected 2 arguments but got 3."],
  ['retry send-email a b', "too many arguments for 'retry'. Expected 2 arguments but got 3."],
  ['send send-email {} --id', "option '--id <id>' argument missing"],
  ['send send-email {} --idd a', "unknown option '--idd'\n(Did you mean --id?)"],
  ['find', "missing required argument 'text'"],
  ['cancel send-email a --force', "unknown option '--force'"],
  ['dlq redrve send-email', "unknown command 'redrve'\n(Did you mean redrive?)"],
])('"%s" is a wrong use, and nothing is done', async (args, said) => {
  const { run, world } = deployed();
  const ran = await run(args);
  expect([ran.code, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr.startsWith(`error: ${said}\n(--help shows how it is used)\n`)).toBe(true);
  expect(world.queue.messages()).toEqual([]);
});
