import { type Context, Hono } from 'hono';
import type { Desk } from './desk.ts';
import type { Operations } from './operations/operations.ts';
import { INDEX, icon, type PageFiles } from './page-bundle.ts';
import type { Route } from './route.ts';
import { answerRefusal, onlyFromHere, onlyWithToken, Refusal, refusal, securityHeaders } from './security.ts';
import type { Session } from './session.ts';
import { statusOf } from './trouble.ts';

/** What the server is made of. */
export interface ServerParts {
  readonly desk: Desk;
  readonly session: Session;
  readonly operations: Operations;
  readonly routes: readonly Route[];
  readonly page: Promise<PageFiles>;
  /** The port that it listens on. */
  readonly port: () => number;
}

/** A message of SQS's 1 MiB within a JSON string, in which a quote takes two characters. */
const MAX_BODY_BYTES = 2.5 * 1024 * 1024;

/** The console's routes, behind all that keeps others out. Its `fetch` answers a request. */
export function makeServer(parts: ServerParts): Hono {
  const { desk, session, port } = parts;
  const app = new Hono({ strict: false });
  app.use(logged(parts));
  app.use(securityHeaders);
  app.use(onlyFromHere(port));
  app.use('/api/*', onlyWithToken(session));
  // With `--read-only` what changes something does not exist.
  const there = parts.routes.filter(({ changes }) => !(changes && desk.options.readOnly));
  for (const route of there) {
    app.on(route.method, route.path, (c) => answerOf(c, route, parts));
  }
  for (const path of new Set(there.map((route) => route.path))) {
    app.all(path, () => {
      const methods = there.filter((route) => route.path === path).map(({ method }) => method);
      throw refusal(405, `${path} takes ${methods.join(', ')}`);
    });
  }
  app.all('/api/*', () => {
    throw refusal(404, 'there is no such route', 'reload the page: it may be older than its server');
  });
  addPage(app, parts);
  app.onError((error, c) => {
    if (error instanceof Refusal) return answerRefusal(c, error);
    const trouble = desk.troubleOf(error);
    return c.json({ error: trouble }, statusOf(trouble));
  });
  return app;
}

const logged =
  ({ desk, routes }: ServerParts) =>
  async (c: Context, next: () => Promise<void>): Promise<void> => {
    await next();
    const { method, path } = c.req;
    const known = routes.find((route) => route.path === path)?.path;
    const route = known ?? (path.startsWith('/api/') ? '/api/*' : '/*');
    desk.options.onRequest?.({ method, route, status: c.res.status });
  };

async function answerOf(
  c: Context,
  { method, answer }: Route,
  { desk, session, operations }: ServerParts,
): Promise<Response> {
  const left = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, left.signal]);
  const body = method === 'POST' ? await jsonOf(c) : undefined;
  const answered: unknown = await answer({ desk, session, operations, query: c.req.query(), body, signal });
  return isLines(answered) ? ndjson(answered, left, desk) : c.json(answered ?? {});
}

async function jsonOf(c: Context): Promise<unknown> {
  if (!/^application\/json(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw refusal(415, 'a request must be of the type application/json');
  }
  const text = await textOf(c.req.raw);
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(400, 'the request is no JSON');
  }
}

/** A body. What is too large is read to its end and dropped: a caller that still sends would not see the answer. */
async function textOf({ body }: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes <= MAX_BODY_BYTES) return Buffer.concat(chunks).toString('utf8');
  throw refusal(
    413,
    'a request takes 2.5 MiB at most',
    'send a large file of jobs with npx sluice send <type> @file --lines',
  );
}

const isLines = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** A line a value, read as fast as the caller takes them. An error is the last line: the status was sent by then. */
function ndjson(values: AsyncIterable<unknown>, left: AbortController, desk: Desk): Response {
  const lines = values[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const line = (value: unknown) => controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      try {
        const { done, value } = await lines.next();
        if (!done) return line(value);
      } catch (error) {
        if (!left.signal.aborted) line({ error: desk.troubleOf(error) });
      }
      controller.close();
    },
    async cancel() {
      left.abort();
      await lines.return?.();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' } });
}

/** Each path of the page's own router is answered with the page. */
function addPage(app: Hono, { page, desk }: ServerParts): void {
  app.get('/icon.svg', (c) =>
    c.body(icon(c.req.query('tone'), c.req.query('hue')), 200, { 'Content-Type': 'image/svg+xml' }),
  );
  app.get('*', async (c) => {
    const file = (await page).get(c.req.path);
    if (file !== undefined) return c.body(file.text, 200, { 'Content-Type': file.type });
    // A key may look like a file's name: `/job/reports/2026.pdf`.
    if (/^\/[^/]+\.\w+$/.test(c.req.path))
      throw new Refusal(404, { kind: 'missing', message: 'there is no such file' });
    return c.html(INDEX);
  });
  app.all('*', () => {
    throw refusal(405, `the page of stage ${desk.stage.name} takes GET`);
  });
}
