import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EmulatorError } from '../../localstack/errors.ts';
import { ensureLocalStackHost } from '../../localstack/host/install.ts';

let folder: string;
let bin: string;
const log = vi.fn();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-host-'));
  bin = join(folder, 'bin');
  await mkdir(bin);
  vi.stubEnv('PATH', bin);
  vi.stubEnv('PYENV_ROOT', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function program(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\nPATH=/bin:/usr/bin\n${script}\n`);
  await chmod(path, 0o755);
}

const noted = (what: string) => `echo ${what} >> ${folder}/calls`;
const SCRIPTS: Readonly<Record<string, (jdk: string) => string>> = {
  'python3.13': () =>
    `case "$*" in *venv\\ /*) ${noted('venv')}; mkdir -p "$3/bin"; cp ${folder}/pip "$3/bin/python";; esac`,
  mvn: () =>
    `case "$*" in *copy*) ${noted('mvn')}; d=$(echo "$*" | sed 's/.*outputDirectory=//'); mkdir -p "$d"; touch "$d/a.jar" "$d/b.so";; esac`,
  javac: () => 'echo javac 17.0.15',
  java: (jdk) => `echo "    java.home = ${jdk}" >&2`,
};

/** A machine with these programs, which do as little as an installation needs. */
async function machineWith(names: readonly string[] = Object.keys(SCRIPTS), pip = 'exit 0'): Promise<void> {
  const jdk = join(folder, 'jdk');
  await mkdir(join(jdk, 'bin'), { recursive: true });
  await program(join(jdk, 'bin', 'java'), 'exit 0');
  await program(join(jdk, 'bin', 'javac'), noted('javac'));
  await program(join(jdk, 'bin', 'jar'), `${noted('jar')}; touch "$3"; cp "$5" ${folder}/manifest`);
  await program(join(folder, 'pip'), `${noted('pip')}; ${pip}`);
  for (const name of names) await program(join(bin, name), SCRIPTS[name]?.(jdk) ?? '');
}

const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
const ALL = ['venv', 'pip', 'mvn', 'javac', 'jar'];

it('installs once', async () => {
  await machineWith();
  const host = await ensureLocalStackHost(log, folder);
  expect(await ensureLocalStackHost(log, folder)).toEqual(host);
  expect(await calls()).toEqual(ALL);
  await stat(join(host.libraries, 'dynamodb-local', '2', 'ddb-local-loader-0.1.jar'));
  expect(await readFile(join(folder, 'manifest'), 'utf8')).toBe(
    'Main-Class: LocalDynamoDb\nPremain-Class: LocalDynamoDb\nClass-Path: .\n  DynamoDBLocal_lib/a.jar\n',
  );
});

it('begins anew after an installation that was interrupted, whatever it left', async () => {
  await machineWith();
  await mkdir(join(folder, 'localstack-host', 'venv', 'bin'), { recursive: true });
  await writeFile(join(folder, 'localstack-host', 'venv', 'bin', 'python'), 'half written');
  await ensureLocalStackHost(log, folder);
  expect(await calls()).toEqual(ALL);
});

it('says which step failed and what it said, and begins anew', async () => {
  await machineWith(undefined, 'echo "no network" >&2; exit 1');
  await expect(ensureLocalStackHost(log, folder)).rejects.toThrow(/LocalStack from PyPI failed.*\nno network/);
  await program(join(folder, 'pip'), 'exit 0');
  await ensureLocalStackHost(log, folder);
  expect(await calls()).toEqual(['venv', 'pip', 'venv', 'mvn', 'javac', 'jar']);
});

it('begins anew when the JDK that it links to has gone', async () => {
  await machineWith();
  await ensureLocalStackHost(log, folder);
  await rm(join(folder, 'jdk', 'bin', 'java'));
  await ensureLocalStackHost(log, folder);
  expect(await calls()).toEqual([...ALL, ...ALL]);
});

it.each([
  [['mvn', 'javac', 'java'], 'LocalStack without Docker needs Python 3.13 or newer (with its venv module), not found'],
  [['python3.13', 'mvn', 'java'], 'LocalStack without Docker needs a JDK of version 17 or newer, not found'],
  [['python3.13', 'javac', 'java'], 'LocalStack without Docker needs Maven (mvn), not found'],
  [['python3.13'], 'LocalStack without Docker needs a JDK of version 17 or newer and Maven (mvn), not found'],
])('says in one sentence what is missing where there is only %j', async (names, sentence) => {
  await machineWith(names);
  const failure = await ensureLocalStackHost(log, folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmulatorError);
  expect(String(failure)).toContain(sentence);
  await expect(stat(join(folder, 'localstack-host'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('does not take an old JDK', async () => {
  await machineWith();
  await program(join(bin, 'javac'), 'echo javac 11.0.2');
  await expect(ensureLocalStackHost(log, folder)).rejects.toThrow('needs a JDK of version 17 or newer');
});
