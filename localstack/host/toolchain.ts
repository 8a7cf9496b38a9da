import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { EmulatorError } from '../errors.ts';

/** What LocalStack without Docker is installed with. */
export interface Toolchain {
  readonly python: string;
  /** Its home: DynamoDB Local runs on it. */
  readonly jdk: string;
}

const OLDEST_JDK = 17;

/** @throws EmulatorError naming all that is missing */
export async function findToolchain(): Promise<Toolchain> {
  const [python, jdk, maven] = await Promise.all([findPython(), findJdk(), outputOf('mvn', ['--version'])]);
  const missing = [
    python === undefined ? 'Python 3.13 or newer (with its venv module)' : [],
    jdk === undefined ? `a JDK of version ${OLDEST_JDK} or newer` : [],
    maven === undefined ? 'Maven (mvn)' : [],
  ].flat();
  if (python !== undefined && jdk !== undefined && maven !== undefined) return { python, jdk };
  throw new EmulatorError(
    `LocalStack without Docker needs ${missing.join(' and ')}, not found on the PATH: ` +
      'install that, or use --emulator=embedded, which needs only Python 3.10.',
  );
}

async function findPython(): Promise<string | undefined> {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = (await readdir(versions).catch(() => [])).filter((name) => /^3\.1[3-9]/.test(name)).sort();
  const pyenv = installed.map((name) => join(versions, name, 'bin', 'python3'));
  const check = ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))'];
  // A shim of pyenv's is there for every version, and fails for one that is not chosen.
  for (const candidate of ['python3.13', 'python3.14', 'python3', ...pyenv]) {
    if ((await outputOf(candidate, check)) !== undefined) return candidate;
  }
  return undefined;
}

/** The compiler tells a JDK from a JRE; only Java itself knows its home, on a Mac above all. */
async function findJdk(): Promise<string | undefined> {
  const compiler = /javac (?<major>\d+)/.exec((await outputOf('javac', ['-version'])) ?? '')?.groups?.major;
  if (Number(compiler ?? 0) < OLDEST_JDK) return undefined;
  const settings = await outputOf('java', ['-XshowSettings:properties', '-version']);
  return /java\.home = (?<home>.+)/.exec(settings ?? '')?.groups?.home?.trim();
}

/** @returns undefined if it is not there or fails */
async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const result = await runCommand(command, args, { timeoutMs: 30_000 }).catch(() => undefined);
  return result?.code === 0 ? result.output : undefined;
}
