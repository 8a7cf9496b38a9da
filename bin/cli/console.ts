import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ConsoleOptions, RunningConsole } from '../../lib/console/options.ts';
import type { Host } from './host.ts';
import { UsageError } from './options.ts';
import { ROOT } from './project.ts';

/** The packages that the page and its server are made of: whoever uses the library alone has none of them. */
const PACKAGES = ['hono', '@hono/node-server', 'esbuild', 'preact', '@preact/signals'];

/** Starts the console. @throws UsageError if its port is taken, or a package of it is not installed */
export async function startedConsole(options: Omit<ConsoleOptions, 'cacheFolder'>): Promise<RunningConsole> {
  try {
    // Imported only here: other verbs start without it.
    const { startConsole } = await import('../../lib/console/index.ts');
    return await startConsole({ ...options, cacheFolder: join(ROOT, '.sluice', 'console') });
  } catch (cause) {
    const { name, code, message } = cause as { name?: string; code?: string; message: string };
    if (name === 'PortTakenError') throw new UsageError(message, { cause });
    if (code !== 'ERR_MODULE_NOT_FOUND' || !PACKAGES.some((one) => message.includes(`'${one}'`))) throw cause;
    throw new UsageError(
      `the console’s packages are not installed here: npm install --save-dev ${PACKAGES.join(' ')}`,
      {
        cause,
      },
    );
  }
}

/** The line that names a link. */
export const consoleLine = (link: string): string =>
  `Console          ${link}   (opens once within a minute; press c for a new link)`;

const CTRL_C = '\u0003';

/**
 * Has the key `c` print a new link, where there is a keyboard.
 *
 * @returns what gives the terminal back
 */
export function newLinkByKey({ stdin }: Pick<Host, 'stdin'>, newLink: () => void): () => void {
  if (stdin !== process.stdin || !process.stdin.isTTY) return () => {};
  const onKey = (key: Buffer) => {
    const text = key.toString();
    if (text === 'c') newLink();
    // A terminal that gives single keys gives this one too, in place of the signal.
    if (text.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
  };
  process.stdin.setRawMode(true).resume().on('data', onKey);
  const giveBack = () => {
    process.stdin.off('data', onKey).setRawMode(false).pause();
    process.off('exit', giveBack);
  };
  process.on('exit', giveBack);
  return giveBack;
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens a link in the browser. @returns whether something took it */
export function openInBrowser(link: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, link], { stdio: 'ignore', detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    // A browser that it started itself may stay its child.
    setTimeout(() => resolve(true), 3000).unref();
  });
}
