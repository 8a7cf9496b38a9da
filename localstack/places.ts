import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { NO_AWS_FILES } from './client-config.ts';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..');

/** Where npm puts the programs of the dependencies. Node 24 is one of them, because a shell may have an older Node. */
export const NODE_BIN = join(ROOT, 'node_modules', '.bin');

/** A folder of the checkout for files that commands can create again; git ignores it. */
export async function workFolder(...path: string[]): Promise<string> {
  const folder = join(ROOT, '.sluice', ...path);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A TCP port of 127.0.0.1 that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The environment with `extra`, without the user's AWS settings, those of files too, and with Node 24 first on the PATH. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|NODE_OPTIONS$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: `${NODE_BIN}:${process.env.PATH ?? ''}`,
    // A proxy, if there is one, cannot reach the emulator.
    NO_PROXY: ['127.0.0.1', 'localhost', process.env.NO_PROXY ?? process.env.no_proxy].filter(Boolean).join(','),
    ...NO_AWS_FILES,
    ...extra,
  };
}
