import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deployed, workingFolder } from './support/deployed.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const isInstalled = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
/** On Linux each machine has bash; the others are tried where they are. */
const LACKS = Object.fromEntries(SHELLS.map((shell) => [shell, shell !== 'bash' && !isInstalled(shell)]));

/** A shell's script. The command that it asks is a stand-in: the shell is what is tested here. */
async function scriptOf(shell: Shell): Promise<string> {
  const { stdout, code } = await deployed().run(`completion ${shell}`);
  expect(code).toBe(0);
  return stdout.replaceAll(/'[^']*node[^']*' '[^']*sluice\.mjs'/g, './asked');
}

const ASKED = `#!/bin/sh
[ "$2" = types ] && echo send-email && echo sync-data
[ "$2" = stages ] && echo dev && echo prod
exit 0
`;

/** How each shell completes the words of a line, of which the last is not ended. */
const RUNS: Readonly<Record<Shell, (words: readonly string[]) => string[]>> = {
  bash: (words) => [
    '--norc',
    '--noprofile',
    '-c',
    `source ./script; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${
      words.length - 1
    }; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // Outside its line editor: what would be offered is printed, by what starts like the word.
  zsh: (words) => [
    '-f',
    '-c',
    `compdef() { : }; compset() { PREFIX=\${PREFIX#*=} }; _files() { print FILES }
    compadd() { shift; for w in "$@"; do [[ $w == "$PREFIX"* ]] && print -r -- "$w"; done }
    source ./script; words=(${words.join(' ')}); CURRENT=${words.length}; PREFIX=\${words[CURRENT]}; _sluice; exit 0`,
  ],
  fish: (words) => ['--no-config', '-c', `source ./script; complete -C '${words.join(' ').replace(/''$/, '')}'`],
};

/** What a shell offers for these words; the last is completed. */
async function offered(shell: Shell, words: readonly string[]): Promise<string[]> {
  const { path } = workingFolder();
  writeFileSync(join(path, 'script'), await scriptOf(shell));
  writeFileSync(join(path, 'asked'), ASKED, { mode: 0o755 });
  const shown = words.map((word) => (word === '' ? "''" : word));
  const env = { PATH: process.env.PATH ?? '', HOME: path };
  const { stdout, stderr } = spawnSync(shell, RUNS[shell](shown), { cwd: path, encoding: 'utf8', env });
  expect(stderr).toBe('');
  const lines = stdout.split('\n').map((one) => one.split('\t')[0] ?? '');
  return lines.filter((one) => one !== '').toSorted();
}

describe.each(SHELLS)('in %s', (shell) => {
  describe.skipIf(LACKS[shell])(shell, () => {
    test.each([
      ['sluice qu', ['queues']],
      ['sluice dlq ', ['purge', 'redrive', 'show']],
      ['sluice dlq re', ['redrive']],
      ['sluice dead --re', ['--reason', '--region']],
      ['sluice dlq purge --no-s', ['--no-save']],
      ['sluice job s', ['send-email', 'sync-data']],
      ['sluice job --stage dev s', ['send-email', 'sync-data']],
      ['sluice job --logs sy', ['sync-data']],
      ['sluice dlq redrive sy', ['sync-data']],
      ['sluice job send-email s', []],
      ['sluice queues --stage p', ['prod']],
      ['sluice dead --reason Cra', ['Crashed']],
      ['sluice completion f', ['fish']],
      ['sluice schema --output qu', ['queues']],
      ['sluice local --emulator emb', ['embedded']],
      ['sluice dead --error s', []],
      ['sluice no-such-verb s', []],
    ])('"%s" offers %j', async (line, words) => {
      expect(await offered(shell, line.split(' '))).toEqual(words);
    });

    test('a line without a word offers all verbs', async () => {
      const { stdout } = await deployed().run('--help');
      const verbs = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, verb = '']) =>
        verb === 'help' ? [] : [verb],
      );
      expect(await offered(shell, ['sluice', ''])).toEqual(expect.arrayContaining(verbs.toSorted()));
    });
  });
});

test.each([
  [['sluice', 'dead', '--reason', '=', 'Cra'], ['Crashed']],
  [
    ['sluice', 'queues', '--stage', '='],
    ['dev', 'prod'],
  ],
])('bash, which splits words at "=", completes %j by %j', async (words, found) => {
  expect(await offered('bash', words)).toEqual(found);
});

/** Options whose values nobody can know beforehand. Another one needs values in completion/model.ts, or a place here. */
const FREE = [
  ...['app', 'profile', 'region', 'endpoint', 'every', 'id', 'key', 'max-attempts', 'run-at', 'delay', 'tenant'],
  ...['limit', 'error', 'since', 'rate', 'body', 'timeout', 'port', 'from', 'to', 'until', 'time-zone'],
];

describe('completion', () => {
  test('knows the values of each option that takes one, but of these', async () => {
    const { stdout } = await deployed().run('completion bash');
    const free = [...stdout.matchAll(/\|value --([a-z-]+)'\) echo '@free'/g)].map(([, name = '']) => name);
    expect([...new Set(free)].toSorted()).toEqual(FREE.toSorted());
  });

  test.each([
    ['types', 'send-email\nprocess-payment\nsync-data\ngenerate-report\n'],
    ['stages', 'dev\n'],
  ])('%s prints what the scripts ask, a line each', async (what, stdout) => {
    expect(await deployed().run(`completion ${what}`)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  test('of another shell is refused', async () => {
    expect(await deployed().run('completion fishh')).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: 'sluice: completion is for bash, zsh or fish, got "fishh"; did you mean "fish"?\n',
    });
  });
});
