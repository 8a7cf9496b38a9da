import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFor, foldersAbove } from './kept.ts';

/** The machine that a function runs on. `host` is this one: an emulator runs functions as its processes. */
export type Target = 'lambda' | 'host';

/** A package cannot be installed for Lambda. The message has npm's own words. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/** AWS Lambda's Node 24 on arm64: Amazon Linux 2023, glibc. */
const FOR_LAMBDA = ['--os=linux', '--cpu=arm64', '--libc=glibc'];

/**
 * Installs packages into a function's folder, in the versions that its entry finds here. What was installed once is kept beside
 * the packages of this machine, in `node_modules/.cache/sluice`.
 *
 * @throws InstallError if one is not installed here, or npm fails
 */
export async function installBeside(
  names: readonly string[],
  { entry, folder, target }: { readonly entry: string; readonly folder: string; readonly target: Target },
): Promise<void> {
  if (names.length === 0) return;
  const wanted = await Promise.all(names.map(async (name) => `${name}@${await versionOf(name, entry)}`));
  const key = createHash('sha256')
    .update(JSON.stringify([...wanted.sort(), target, process.arch]))
    .digest('hex');
  const kept = join(cacheFor(entry), key.slice(0, 16));
  if (!existsSync(kept)) await install(wanted, { kept, target });
  await cp(join(kept, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}

async function install(wanted: readonly string[], { kept, target }: { kept: string; target: Target }): Promise<void> {
  const making = `${kept}-${randomUUID()}`;
  await mkdir(making, { recursive: true });
  await writeFile(join(making, 'package.json'), '{ "private": true }');
  const machine = target === 'lambda' ? FOR_LAMBDA : [];
  const quiet = [
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--no-bin-links',
    '--loglevel=error',
    '--prefer-offline',
  ];
  const args = ['install', '--ignore-scripts', '--omit=dev', ...quiet, ...machine, ...wanted];
  const { code, output } = await run('npm', args, making);
  if (code !== 0) {
    await rm(making, { recursive: true, force: true });
    throw new InstallError(`npm cannot install ${wanted.join(', ')} for ${target}:\n${output.trim()}`);
  }
  // Nobody copies from half of it. Another process may have been first.
  await rename(making, kept).catch(() => rm(making, { recursive: true, force: true }));
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  // What npm told this process of its own project must not reach another.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_package_|npm_lifecycle|INIT_CWD)/.test(name)),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function versionOf(name: string, entry: string): Promise<string> {
  const folder = packageFolder(name, entry);
  if (folder === undefined) throw new InstallError(`${name} is not installed here: run npm install ${name}`);
  return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Where a package lies that a file imports. */
export function packageFolder(name: string, from: string): string | undefined {
  return foldersAbove(from)
    .map((folder) => join(folder, 'node_modules', name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}
