import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, tail } from '../../../localstack/command.ts';
import { installOnce } from '../../../localstack/install-once.ts';
import { childEnvironment, workFolder } from '../../../localstack/places.ts';

/** AWS's runtime interface client, which Lambda's own Node 24 runtime is made of, and the headers its native half needs. */
const CLIENT = { name: 'aws-lambda-ric', version: '4.0.2' };
const HEADERS = { name: 'node-api-headers', version: '1.9.0' };
/** It includes these of Node's headers and uses nothing of them: Node-API is all it calls. */
const UNUSED_HEADERS = ['uv.h', 'v8.h', 'node.h'];
/** What it loads from beside its main file. */
const ADDON = 'rapid-client.node';
const TOOLS = ['sh', 'tar', 'xz', 'make', 'cmake', 'g++'];

/** A machine's first use builds it, beside other tests: longer than any test of it. For the hook that waits for it. */
export const FIRST_USE_MS = 900_000;

/** The client's main file, or why it cannot be had on this machine. */
export type InterfaceClient = { readonly main: string } | { readonly missing: string };

class MissingToolsError extends Error {
  override readonly name = 'MissingToolsError';
}

/**
 * AWS's runtime interface client, built from its npm package into the work folder on first use (a minute or two).
 *
 * @throws Error if the machine has all that is needed and the build fails all the same
 */
export async function ensureInterfaceClient(log: (line: string) => void): Promise<InterfaceClient> {
  if (process.platform !== 'linux') return { missing: `it builds on Linux only, this is ${process.platform}` };
  const folder = join(await workFolder('lambda-ric'), CLIENT.version);
  const package_ = join(folder, 'node_modules', CLIENT.name);
  const main = join(package_, 'index.mjs');
  const install = async () => {
    const lacking = await lackingTools();
    if (lacking.length > 0) throw new MissingToolsError(`its native half needs ${lacking.join(', ')}, not found here`);
    log(`building ${CLIENT.name} ${CLIENT.version} (first use only)`);
    await build(folder);
  };
  try {
    await installOnce(folder, { needs: [main, join(package_, ADDON)], install });
    return { main };
  } catch (error) {
    if (error instanceof MissingToolsError) return { missing: error.message };
    throw error;
  }
}

async function lackingTools(): Promise<string[]> {
  const found = await Promise.all(
    TOOLS.map((tool) => runCommand(tool, ['--version'], { timeoutMs: 10_000 }).catch(() => undefined)),
  );
  // A shell may refuse --version; that it answers at all is enough.
  return TOOLS.filter((_, i) => found[i] === undefined);
}

async function build(folder: string): Promise<void> {
  await mkdir(join(folder, 'unused'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  for (const name of UNUSED_HEADERS) await writeFile(join(folder, 'unused', name), '');
  const packages = [CLIENT, HEADERS].map(({ name, version }) => `${name}@${version}`);
  // Its own install scripts would have node-gyp download Node's headers from nodejs.org.
  await run(folder, ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages]);
  const client = join(folder, 'node_modules', CLIENT.name);
  await run(client, ['sh', 'scripts/preinstall.sh']);
  await run(client, compiler());
  for (const done of ['deps', 'src']) await rm(join(client, done), { recursive: true, force: true });
}

/** What its binding.gyp has node-gyp say. */
function compiler(): string[] {
  const includes = ['../../unused', `../${HEADERS.name}/include`, '../node-addon-api', 'deps/artifacts/include'];
  return [
    ...['g++', '-std=c++17', '-shared', '-fPIC', '-O2', ...includes.map((path) => `-I${path}`)],
    ...['src/native/rapid-client.cc', 'deps/artifacts/lib/libaws-lambda-runtime.a', 'deps/artifacts/lib/libcurl.a'],
    ...['-pthread', '-o', ADDON],
  ];
}

async function run(cwd: string, [command = '', ...args]: string[]): Promise<void> {
  const { code, output } = await runCommand(command, args, { cwd, env: childEnvironment({}), timeoutMs: 400_000 });
  if (code !== 0) throw new Error(`${command} failed building ${CLIENT.name}:\n${tail(output)}`);
}
