import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, tail } from './command.ts';
import { EmulatorError, messageOf } from './errors.ts';
import { workFolder } from './places.ts';

/** A program from PyPI, at one version. */
export interface PythonPackage {
  /** `name==version` */
  readonly spec: string;
  /** For error messages: "the embedded emulator". */
  readonly what: string;
  /** What else a person may do who cannot install it. */
  readonly otherwise: string;
}

const MINISTACK: PythonPackage = {
  spec: 'ministack==1.5.33',
  what: 'the embedded emulator',
  otherwise: ', or start a Docker engine to use LocalStack instead',
};
const NEEDED = 'python3 3.10 or newer (with its venv module)';

/** Newest first; `python3` is what most machines have. */
const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** The Python of the embedded emulator's virtual environment. @throws EmulatorError as {@link ensurePackage} */
export async function ensureMiniStack(log: (line: string) => void, parent?: string): Promise<string> {
  return ensurePackage(MINISTACK, log, parent);
}

/**
 * Makes the virtual environment that a program from PyPI runs in, unless an earlier run did.
 *
 * It is made in a folder beside its place and its last file is a marker: a run interrupted half way leaves no marker,
 * and the next run begins anew. One run at a time makes it; others wait for it.
 *
 * @param parent folder in which it is made; git ignores it
 * @returns the path of its Python
 * @throws EmulatorError without a Python, without its venv module, or when the package cannot be installed
 */
export async function ensurePackage(
  wanted: PythonPackage,
  log: (line: string) => void,
  parent?: string,
): Promise<string> {
  const folder = join(parent ?? (await workFolder()), wanted.spec.replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  if (await isComplete(folder)) return python;
  const unlock = await lock(`${folder}.lock`);
  try {
    if (!(await isComplete(folder))) await install(folder, wanted, log);
  } finally {
    await unlock();
  }
  return python;
}

async function install(folder: string, wanted: PythonPackage, log: (line: string) => void): Promise<void> {
  const { spec, otherwise } = wanted;
  const base = await findPython(wanted);
  log(`installing ${spec} (first use only)`);
  await rm(folder, { recursive: true, force: true });
  const venv = await runCommand(base, ['-m', 'venv', folder], { timeoutMs: 120_000 });
  if (venv.code !== 0) {
    throw new EmulatorError(
      `${base} cannot make a virtual environment. Install ${NEEDED}${otherwise}.\n${tail(venv.output, 6)}`,
    );
  }
  const python = join(folder, 'bin', 'python');
  const pip = await runCommand(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', spec], {
    timeoutMs: 300_000,
  });
  if (pip.code !== 0) {
    const say = `${spec} could not be installed from PyPI. Check the network${otherwise}.`;
    throw new EmulatorError(`${say}\n${tail(pip.output, 6)}`);
  }
  await writeFile(marker(folder), '');
}

/** A marker without its Python counts as nothing: the machine's Python may have gone since (the venv links to it). */
async function isComplete(folder: string): Promise<boolean> {
  return (await exists(marker(folder))) && (await exists(join(folder, 'bin', 'python')));
}

function marker(folder: string): string {
  return join(folder, 'sluice-complete');
}

async function findPython({ what, otherwise }: PythonPackage): Promise<string> {
  for (const candidate of CANDIDATES) {
    const check = ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'];
    const found = await runCommand(candidate, check, { timeoutMs: 10_000 }).catch(() => undefined);
    if (found?.code === 0) return candidate;
  }
  throw new EmulatorError(`${what} needs ${NEEDED}; none was found. Install it${otherwise}.`);
}

async function exists(path: string): Promise<boolean> {
  // stat follows links, so that a link to nowhere does not exist.
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A folder is a lock: making one is atomic. It names its owner, so that a dead owner's lock can be taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (const deadline = Date.now() + 400_000; Date.now() < deadline; await sleep(200)) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'pid'), String(process.pid));
      return () => rm(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new EmulatorError(`cannot write ${path}: ${messageOf(error)}`, { cause: error });
      }
      await dropIfDead(path);
    }
  }
  throw new EmulatorError(`Another run holds ${path}. If there is none, delete that folder and try again.`);
}

async function dropIfDead(path: string): Promise<void> {
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => Number.NaN));
  const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  if (Number.isInteger(pid) && pid > 0 ? isAlive(pid) : age < 5_000) return;
  // Moved first: of two that find the dead lock, only one moves it.
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
