import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand, tail } from '../command.ts';
import { EmulatorError, messageOf } from '../errors.ts';
import { installOnce } from '../install-once.ts';
import { workFolder } from '../places.ts';
import { ensureMiniStack } from '../python.ts';

/** LocalStack as it is installed on this machine. */
export interface LocalStackHost {
  /** The Python of its virtual environment. */
  readonly python: string;
  /** The Python of MiniStack's virtual environment. MiniStack keeps LocalStack's tables. */
  readonly ministack: string;
}

const REQUIREMENTS = join(import.meta.dirname, '..', 'requirements');
/** All that `pyproject.toml` needs. */
const PACKAGES = join(REQUIREMENTS, 'localstack-core-4.14.0.txt');
/** What builds the three of them that PyPI has as source only. */
const BUILD = join(REQUIREMENTS, 'setuptools-84.2.1.txt');

/**
 * Installs LocalStack 4.14, the last one that needs no account, and MiniStack from PyPI, each package by its hash, unless an
 * earlier run did.
 *
 * @param parent folder in which they are made; git ignores it
 * @throws EmulatorError naming what is missing on this machine, or the step that failed
 */
export async function ensureLocalStackHost(log: (line: string) => void, parent?: string): Promise<LocalStackHost> {
  const folder = join(parent ?? (await workFolder()), 'localstack-host');
  const python = join(folder, 'venv', 'bin', 'python');
  await installOnce(folder, {
    needs: [python],
    version: await version(),
    install: () => install(folder, python, log),
  });
  return { python, ministack: await ensureMiniStack(log, parent) };
}

/** Another text when other packages are asked for, so that they are installed anew. */
async function version(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(PACKAGES))
    .digest('hex');
}

async function install(folder: string, python: string, log: (line: string) => void): Promise<void> {
  const base = await findPython();
  log('installing LocalStack 4.14 (first use only, takes minutes)');
  await mkdir(folder, { recursive: true });
  await step('making a virtual environment', [base, '-m', 'venv', join(folder, 'venv')]);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--require-hashes'];
  await step('installing setuptools from PyPI', [python, ...pip, '--requirement', BUILD]);
  // In isolation pip builds with the newest setuptools, whatever its hash is.
  const from = ['--no-build-isolation', '--requirement', PACKAGES];
  await step('installing LocalStack from PyPI', [python, ...pip, ...from]);
}

async function findPython(): Promise<string> {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = (await readdir(versions).catch(() => [])).filter((name) => /^3\.13\b/.test(name)).sort();
  const pyenv = installed.map((name) => join(versions, name, 'bin', 'python3'));
  const check = ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))'];
  // pyenv has a shim for every version; the shim of a version that is not selected fails.
  for (const candidate of ['python3.13', 'python3', ...pyenv]) {
    const result = await runCommand(candidate, check, { timeoutMs: 30_000 }).catch(() => undefined);
    if (result?.code === 0) return candidate;
  }
  throw new EmulatorError(
    'LocalStack without Docker needs Python 3.13 (no other, and with its venv module), not found on the PATH: ' +
      'install that, or use --emulator=embedded, which needs only Python 3.10.',
  );
}

async function step(what: string, [command, ...args]: readonly [string, ...string[]]): Promise<void> {
  const result = await runCommand(command, args, { timeoutMs: 600_000 }).catch((cause: unknown) => {
    throw new EmulatorError(`${what} failed: ${messageOf(cause)}`, { cause });
  });
  if (result.code === 0) return;
  throw new EmulatorError(`${what} failed: check the network, or use --emulator=embedded.\n${tail(result.output, 6)}`);
}
