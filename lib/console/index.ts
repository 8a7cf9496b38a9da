import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { makeDesk } from './desk.ts';
import { makeOperations } from './operations/operations.ts';
import type { ConsoleOptions, RunningConsole } from './options.ts';
import { bundlePage } from './page-bundle.ts';
import { ROUTES } from './routes/index.ts';
import { makeServer } from './server.ts';
import { makeSession } from './session.ts';

export type { ConsoleOptions, RunningConsole } from './options.ts';

/** The port that was asked for is taken. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * Starts the console: a page on this machine that operates a stage with the operator's own credentials. It listens on 127.0.0.1
 * alone.
 *
 * @throws PortTakenError; the error of an import if a package of the page is not installed
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const desk = makeDesk(options);
  const session = makeSession(desk.now);
  const operations = makeOperations(desk);
  const page = bundlePage(options.cacheFolder);
  let port = 0;
  const app = makeServer({ desk, session, operations, routes: ROUTES, page, port: () => port });
  const server = createAdaptorServer({ fetch: app.fetch });
  const listening = new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  try {
    [port] = await Promise.all([listening, page]);
  } catch (error) {
    await stop();
    throw isTaken(error)
      ? new PortTakenError(`port ${options.port} is in use: leave --port out for a free one`)
      : error;
  }
  const newLink = () => `http://127.0.0.1:${port}/#k=${session.newCode()}`;
  return {
    ...{ port, link: newLink(), newLink },
    stop: async () => {
      const unfinished = await operations.end();
      await stop();
      return unfinished;
    },
  };
}

const isTaken = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === 'EADDRINUSE';
