import { join } from 'node:path';
import { runCommand, tail } from './command.ts';
import { EmulatorError } from './errors.ts';
import { installOnce } from './install-once.ts';
import { workFolder } from './places.ts';

/** A program from PyPI, at one version. */
export interface PythonPackage {
  /** `name==version`; `requirements/` has a file of it, with all that it needs and the hash of each. */
  readonly spec: string;
  /** For error messages: "the embedded emulator". */
  readonly what: string;
  /** What else to do on a machine that cannot install it. */
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
 * Creates the virtual environment of a program from PyPI, unless an earlier run did.
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
  await installOnce(folder, { needs: [python], install: () => install(folder, wanted, log) });
  return python;
}

const requirementsOf = (spec: string) => join(import.meta.dirname, 'requirements', `${spec.replace('==', '-')}.txt`);

async function install(folder: string, wanted: PythonPackage, log: (line: string) => void): Promise<void> {
  const { spec, otherwise } = wanted;
  const base = await findPython(wanted);
  log(`installing ${spec} (first use only)`);
  const venv = await runCommand(base, ['-m', 'venv', folder], { timeoutMs: 120_000 });
  if (venv.code !== 0) {
    throw new EmulatorError(
      `${base} cannot make a virtual environment. Install ${NEEDED}${otherwise}.\n${tail(venv.output, 6)}`,
    );
  }
  const python = join(folder, 'bin', 'python');
  const from = ['--require-hashes', '--requirement', requirementsOf(spec)];
  const pip = await runCommand(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', ...from], {
    timeoutMs: 300_000,
  });
  if (pip.code !== 0) {
    const say = `${spec} could not be installed from PyPI. Check the network${otherwise}.`;
    throw new EmulatorError(`${say}\n${tail(pip.output, 6)}`);
  }
}

async function findPython({ what, otherwise }: PythonPackage): Promise<string> {
  for (const candidate of CANDIDATES) {
    const check = ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'];
    const found = await runCommand(candidate, check, { timeoutMs: 10_000 }).catch(() => undefined);
    if (found?.code === 0) return candidate;
  }
  throw new EmulatorError(`${what} needs ${NEEDED}; none was found. Install it${otherwise}.`);
}
