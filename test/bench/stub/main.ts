import { createServer } from 'node:http';
import { answer } from './answers.ts';
import { type DueJobs, makeDueJobs } from './due.ts';

/** What the parent may set, by message; each is answered with `{ calls }`, counted since the last. */
interface Setting {
  readonly latencyMs?: number;
  readonly due?: { readonly jobs: number; readonly shards: number };
}

let latencyMs = 0;
let due: DueJobs | undefined;
let calls: Record<string, number> = {};

const server = createServer((request, response) => {
  // What DynamoDB says to whoever only asks whether it is there.
  if (request.method === 'GET') return void response.end('healthy: localhost ');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const target = String(request.headers['x-amz-target'] ?? restOf(request.url ?? ''));
    calls[target] = (calls[target] ?? 0) + 1;
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const body = JSON.stringify(due?.answer(target, input) ?? answer(target, input)).replace(
      '//HOST/',
      `//${request.headers.host}/`,
    );
    const reply = () => {
      response.writeHead(200, {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    };
    if (latencyMs > 0) setTimeout(reply, latencyMs);
    else reply();
  });
});
/** The call of a REST API, which its path names: `/2025-12-01/durable-executions/<ARN>/checkpoint`. */
const restOf = (path: string): string | undefined =>
  /\/durable-executions\/[^/]+\/checkpoint$/.test(path) ? 'Lambda.CheckpointDurableExecution' : undefined;

server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});

process.on('message', (setting: Setting) => {
  latencyMs = setting.latencyMs ?? latencyMs;
  if (setting.due !== undefined) due = makeDueJobs(setting.due.jobs, setting.due.shards);
  process.send?.({ calls });
  calls = {};
});
// Its parent is gone: so is its use.
process.on('disconnect', () => process.exit(0));
