import type { ServerResponse } from 'node:http';
import type { SQSBatchResponse } from 'aws-lambda';
import { readBody, startServer } from '../../../localstack/stand-ins/http-server.ts';

/** How an invocation ended, as the runtime reported it. */
export type Reported =
  | { readonly kind: 'response'; readonly body: SQSBatchResponse }
  | { readonly kind: 'error'; readonly body: { readonly errorType: string; readonly errorMessage: string } };

/** Lambda's Runtime API, for one execution environment (Lambda Developer Guide, "Using the Lambda runtime API"). */
export interface RuntimeApi {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands the runtime its next event and waits for what it reports. */
  invoke(event: unknown, timeoutMs?: number): Promise<Reported>;
  /** Resolves when the runtime asks for an event and there is none: it is idle. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

interface Invocation {
  readonly event: unknown;
  readonly endsAtMs: number;
  readonly report: (reported: Reported) => void;
}

/** @param options whether the invocations are sampled by X-Ray */
export async function startRuntimeApi({ sampled = false } = {}): Promise<RuntimeApi> {
  const pending: [string, Invocation][] = [];
  const running = new Map<string, Invocation>();
  let asking: ServerResponse | undefined;
  let whenIdle = Promise.withResolvers<void>();
  let invocations = 0;
  const handOver = () => {
    if (asking === undefined) return;
    const next = pending.shift();
    if (next === undefined) return whenIdle.resolve();
    whenIdle = Promise.withResolvers<void>();
    running.set(...next);
    sendEvent(asking, next, sampled);
    asking = undefined;
  };
  const server = await startServer(async (request, response) => {
    const [, id = '', outcome] =
      /\/2018-06-01\/runtime\/(?:invocation|init)\/(?:([^/]+)\/)?(\w+)$/.exec(request.url ?? '') ?? [];
    const body = await readBody(request);
    if (outcome === 'next') {
      asking = response;
      return handOver();
    }
    response.writeHead(202).end('{"status":"OK"}');
    running.get(id)?.report({ kind: outcome as 'response' | 'error', body: JSON.parse(body) });
    running.delete(id);
  });
  return {
    address: server.url.replace('http://', ''),
    invoke: (event, timeoutMs = 30_000) =>
      new Promise((report) => {
        pending.push([`request-${++invocations}`, { event, endsAtMs: Date.now() + timeoutMs, report }]);
        handOver();
      }),
    idle: () => whenIdle.promise,
    stop: server.stop,
  };
}

function sendEvent(response: ServerResponse, [id, { event, endsAtMs }]: [string, Invocation], sampled: boolean): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(endsAtMs),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:123456789012:function:sluice-test-probe',
    'lambda-runtime-trace-id': `Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=${sampled ? 1 : 0}`,
  });
  response.end(JSON.stringify(event));
}
