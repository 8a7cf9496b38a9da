import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { expect, onTestFinished, test } from 'vitest';
import { makeDesk } from '../../../lib/console/desk.ts';
import { makeOperations } from '../../../lib/console/operations/operations.ts';
import type { Route } from '../../../lib/console/route.ts';
import { ROUTES } from '../../../lib/console/routes/index.ts';
import { makeServer } from '../../../lib/console/server.ts';
import { makeSession } from '../../../lib/console/session.ts';
import { makeWorld } from '../../support/world.ts';
import { stageOf } from '../operator/support/stage.ts';
import { ask } from './support/served.ts';

/** A server with routes of the test's own. */
async function withRoutes(routes: readonly Route[]) {
  const stage = stageOf(makeWorld());
  const desk = makeDesk({ stage, definitions: [], where: { stage: stage.name } });
  const session = makeSession(desk.now);
  const headers = { 'x-sluice-token': session.exchange(session.newCode()) ?? '' };
  let port = 0;
  const operations = makeOperations(desk);
  const parts = { desk, session, operations, routes, page: Promise.resolve(new Map()), port: () => port };
  const server = createAdaptorServer({ fetch: makeServer(parts).fetch });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
  return { port, headers };
}

test('what a caller no longer reads ends: its signal is aborted, and its reads are over', async () => {
  const ended: string[] = [];
  const over = Promise.withResolvers<void>();
  async function* endless(signal: AbortSignal) {
    signal.addEventListener('abort', () => ended.push('aborted'));
    try {
      for (let i = 0; ; i++) yield { line: i, text: 'x'.repeat(1000) };
    } finally {
      ended.push('returned');
      over.resolve();
    }
  }
  const route: Route = { method: 'GET', path: '/api/endless', answer: ({ signal }) => endless(signal) };
  const { port, headers } = await withRoutes([route]);
  const asked = request({ host: '127.0.0.1', port, path: '/api/endless', headers });
  asked.on('error', () => undefined);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
  await once(answer, 'data');
  asked.destroy();
  await over.promise;
  expect(ended.toSorted()).toEqual(['aborted', 'returned']);
});

test('a caller that goes away before the answer aborts what it asked for', async () => {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const answer = ({ signal }: { signal: AbortSignal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted.resolve();
        resolve({});
      });
      begun.resolve();
    });
  const { port, headers } = await withRoutes([{ method: 'GET', path: '/api/slow', answer }]);
  const asked = request({ host: '127.0.0.1', port, path: '/api/slow', headers });
  asked.on('error', () => undefined);
  asked.end();
  await begun.promise;
  asked.destroy();
  await aborted.promise;
});

test('an error of a route is an answer that says what to do', async () => {
  const answer = () => Promise.reject(new Error('unforeseen'));
  const { port, headers } = await withRoutes([{ method: 'GET', path: '/api/broken', answer }]);
  const { status, text } = await ask(port, '/api/broken', { headers });
  expect([status, JSON.parse(text)]).toEqual([
    500,
    { error: { kind: 'failed', message: 'Error: unforeseen', todo: expect.stringContaining('unexpected') } },
  ]);
});

test('the routes are these, each once', () => {
  const names = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.toSorted()).toEqual([
    ...['GET /api/about', 'GET /api/dead', 'GET /api/find', 'GET /api/flow', 'GET /api/flows', 'GET /api/health'],
    ...['GET /api/insights', 'GET /api/job', 'GET /api/metrics', 'GET /api/operations', 'GET /api/operations/refused'],
    ...['GET /api/overview', 'GET /api/scan', 'GET /api/scan/price', 'GET /api/timeline', 'GET /api/type'],
    ...[
      'GET /api/waiting',
      'POST /api/check',
      'POST /api/choices',
      'POST /api/operations',
      'POST /api/operations/stop',
    ],
    ...['POST /api/payload', 'POST /api/session'],
  ]);
});
