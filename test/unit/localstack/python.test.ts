import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EmulatorError } from '../../../localstack/errors.ts';
import { ensureMiniStack } from '../../../localstack/python.ts';

let folder: string;
let venv: string;
const log = vi.fn();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-python-'));
  venv = join(folder, 'ministack-1.5.33');
  log.mockClear();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function executable(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** A machine whose only `python3` makes virtual environments whose pip does what `pip` says. */
async function machineWithPython(pip = 'exit 0', makesVenvs = 'exit 0'): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await executable(join(folder, 'venv-python'), `echo pip >> ${folder}/calls\n${pip}`);
  await executable(
    join(bin, 'python3'),
    `case "$*" in
      -c*) exit 0;;
      *venv*) echo venv >> ${folder}/calls
        /bin/mkdir -p "$3/bin" && /bin/cp ${folder}/venv-python "$3/bin/python"; ${makesVenvs};;
    esac`,
  );
  vi.stubEnv('PATH', bin);
}

const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');

it('what is installed has the hash of each package', async () => {
  const requirements = join(import.meta.dirname, '../../../localstack/requirements');
  const files = await readdir(requirements);
  expect(files).toEqual(expect.arrayContaining(['ministack-1.5.33.txt', 'localstack-core-4.14.0.txt']));
  for (const file of files) {
    const packages = (await readFile(join(requirements, file), 'utf8')).split(/\n(?=[a-z0-9])/).slice(1);
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((one) => !/^\S+==\S+ [^\n]*\\\n +--hash=sha256:[0-9a-f]{64}/.test(one))).toEqual([]);
  }
});

it('a second run makes no new environment', async () => {
  await machineWithPython();
  expect(await ensureMiniStack(log, folder)).toBe(join(venv, 'bin', 'python'));
  await ensureMiniStack(log, folder);
  expect(await calls()).toEqual(['venv', 'pip']);
  expect(log.mock.calls).toEqual([['installing ministack==1.5.33 (first use only)']]);
});

it('two runs at the same time make one environment', async () => {
  await machineWithPython('/bin/sleep 0.3');
  await Promise.all([ensureMiniStack(log, folder), ensureMiniStack(log, folder)]);
  expect(await calls()).toEqual(['venv', 'pip']);
});

it('a run after an interrupted one removes its lock and starts again', async () => {
  await machineWithPython();
  await mkdir(join(venv, 'bin'), { recursive: true });
  await writeFile(join(venv, 'bin', 'python'), 'half written');
  await mkdir(`${venv}.lock`);
  // Beyond the largest process id of Linux: nobody's.
  await writeFile(join(`${venv}.lock`, 'pid'), '99999999');
  await ensureMiniStack(log, folder);
  expect(await calls()).toEqual(['venv', 'pip']);
  await expect(stat(`${venv}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a failed pip is reported with its output, and the next run starts again', async () => {
  await machineWithPython('echo "no network" >&2; exit 1');
  await expect(ensureMiniStack(log, folder)).rejects.toThrow(/could not be installed from PyPI.*\nno network/);
  await executable(join(folder, 'venv-python'), 'exit 0');
  await ensureMiniStack(log, folder);
  expect(await calls()).toEqual(['venv', 'pip', 'venv']);
});

it('a broken venv module is reported', async () => {
  await machineWithPython('exit 0', 'echo "ensurepip is not available"; exit 1');
  await expect(ensureMiniStack(log, folder)).rejects.toThrow(/cannot make a virtual environment.*ensurepip/s);
});

it('a missing Python is reported, with what to do', async () => {
  vi.stubEnv('PATH', folder);
  const failure = await ensureMiniStack(log, folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmulatorError);
  expect(String(failure)).toMatch(/needs python3 3\.10 or newer.*none was found.*start a Docker engine/);
});
