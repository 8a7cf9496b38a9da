import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../bin/cli/project.ts';
import { NO_AWS_FILES } from './client-config.ts';

export { CONFIG_FILE, IS_PACKAGE, NO_CONFIG, ROOT, SLUICE_FOLDER } from '../bin/cli/project.ts';

/**
 * Where npm puts the programs of the dependencies. In a checkout Node 24 is one of them, because a shell may have an older Node.
 * A project runs its functions with the Node of its shell.
 */
export const NODE_BIN = join(ROOT, 'node_modules', '.bin');

/** The Node that runs functions. */
export const NODE = existsSync(join(NODE_BIN, 'node')) ? join(NODE_BIN, 'node') : process.execPath;

/** A folder of the checkout or project for files that commands can create again; git ignores it. */
export async function workFolder(...path: string[]): Promise<string> {
  const folder = join(ROOT, '.sluice', ...path);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A TCP port of 127.0.0.1 that nothing listens on at the moment: the preferred one if that is free. */
export const freePort = (preferred = 0): Promise<number> =>
  listenOnce(preferred).catch((error: unknown) => {
    if (preferred === 0) throw error;
    return listenOnce(0);
  });

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
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
