import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The registry gave no packages. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** Some clients are of several megabytes. */
const LONGEST_MS = 300_000;

/**
 * Gets the newest clients from npm's registry, as npm is set up to reach it, into `<folder>/@aws-sdk`. Nothing is installed or run.
 *
 * @param clients as `sqs`
 * @throws RegistryError if npm cannot get them
 */
export async function getNewestClients(clients: readonly string[], folder: string): Promise<void> {
  const names = clients.map((client) => `@aws-sdk/client-${client}@latest`);
  const options = [
    '--json',
    '--ignore-scripts',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=500',
    '--pack-destination',
    folder,
  ];
  const { stdout } = await run('npm', ['pack', ...options, ...names], {
    ...{ cwd: folder, timeout: LONGEST_MS, maxBuffer: 1 << 28 },
  }).catch((cause: unknown) => {
    throw new RegistryError(`npm got no packages: ${reasonOf(cause)}`, { cause });
  });
  const packed = JSON.parse(stdout) as readonly { name: string; filename: string }[];
  for (const { name, filename } of packed) {
    const target = join(folder, name);
    await mkdir(target, { recursive: true });
    // npm names a scoped package's file without its scope's signs.
    const file = filename.replace('@', '').replace('/', '-');
    await run('tar', ['-xzf', join(folder, file), '--strip-components=1', '-C', target]);
  }
}

/** npm's own words: with --json they stand on either stream. */
function reasonOf(cause: unknown): string {
  const { stdout = '', stderr = '', message = '' } = cause as { stdout?: string; stderr?: string; message?: string };
  const said = /"summary": "([^"]+)"/.exec(stdout)?.[1] ?? /npm error (?:code )?([^\n]+)/.exec(stderr)?.[1];
  return said ?? message.split('\n')[0] ?? 'npm said nothing';
}
