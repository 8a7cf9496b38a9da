import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EmulatorError } from '../../../localstack/errors.ts';
import { ensureLocalStackHost } from '../../../localstack/host/install.ts';

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

/** A machine with this Python, which does as little as an installation needs. */
async function machineWith(python = 'python3.13', pip = 'exit 0'): Promise<void> {
  await program(
    join(folder, 'pip'),
    `case "$*" in *--require-hashes*) ;; *) echo 'without hashes'; exit 1;; esac
    case "$*" in *setuptools*) exit 0;; *ministack*) ${noted('ministack')};; *) ${noted('pip')}; ${pip};; esac`,
  );
  await program(
    join(bin, python),
    `case "$*" in *venv\\ /*) ${noted('venv')}; mkdir -p "$3/bin"; cp ${folder}/pip "$3/bin/python";; esac`,
  );
}

const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
const ALL = ['venv', 'pip', 'venv', 'ministack'];

it('a second run installs nothing again', async () => {
  await machineWith();
  const host = await ensureLocalStackHost(log, folder);
  expect(await ensureLocalStackHost(log, folder)).toEqual(host);
  expect(await calls()).toEqual(ALL);
  for (const python of [host.python, host.ministack]) await stat(python);
});

it('a run after an interrupted installation installs again', async () => {
  await machineWith();
  await mkdir(join(folder, 'localstack-host', 'venv', 'bin'), { recursive: true });
  await writeFile(join(folder, 'localstack-host', 'venv', 'bin', 'python'), 'half written');
  await ensureLocalStackHost(log, folder);
  expect(await calls()).toEqual(ALL);
});

it('a failed step is named with its output, and the next run installs again', async () => {
  await machineWith(undefined, 'echo "no network" >&2; exit 1');
  await expect(ensureLocalStackHost(log, folder)).rejects.toThrow(/LocalStack from PyPI failed.*\nno network/);
  await machineWith();
  await ensureLocalStackHost(log, folder);
  expect(await calls()).toEqual(['venv', 'pip', ...ALL]);
});

it('a missing Python is reported in one sentence', async () => {
  await machineWith('python3.12');
  const failure = await ensureLocalStackHost(log, folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmulatorError);
  expect(String(failure)).toContain(
    'LocalStack without Docker needs Python 3.13 (no other, and with its venv module), not found',
  );
  await expect(stat(join(folder, 'localstack-host'))).rejects.toMatchObject({ code: 'ENOENT' });
});
