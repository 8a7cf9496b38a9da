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

/** The last LocalStack that needs no account, and a package without which its Twisted warns at each start. */
const PACKAGES = ['localstack-core[runtime]==4.14.0', 'service-identity'];
const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');

/**
 * Installs LocalStack 4.14 and MiniStack from PyPI, unless an earlier run did.
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
  const constraints = await readFile(CONSTRAINTS);
  return createHash('sha256').update(PACKAGES.join()).update(constraints).digest('hex');
}

async function install(folder: string, python: string, log: (line: string) => void): Promise<void> {
  const base = await findPython();
  log('installing LocalStack 4.14 (first use only, takes minutes)');
  await mkdir(folder, { recursive: true });
  await step('making a virtual environment', [base, '-m', 'venv', join(folder, 'venv')]);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--constraint', CONSTRAINTS];
  await step('installing LocalStack from PyPI', [python, ...pip, ...PACKAGES]);
}

async function findPython(): Promise<string> {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = (await readdir(versions).catch(() => [])).filter((name) => /^3\.1[3-9]/.test(name)).sort();
  const pyenv = installed.map((name) => join(versions, name, 'bin', 'python3'));
  const check = ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))'];
  // pyenv has a shim for every version; the shim of a version that is not selected fails.
  for (const candidate of ['python3.13', 'python3.14', 'python3', ...pyenv]) {
    const result = await runCommand(candidate, check, { timeoutMs: 30_000 }).catch(() => undefined);
    if (result?.code === 0) return candidate;
  }
  throw new EmulatorError(
    'LocalStack without Docker needs Python 3.13 or newer (with its venv module), not found on the PATH: ' +
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
