import { json } from 'node:stream/consumers';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { WITH_SPANS } from '../../../lib/bundle/bundle.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';
import { outgoing } from '../../support/factories.ts';
import { startEnvironment } from './execution-environment.ts';
import { ensureInterfaceClient, FIRST_USE_MS, type InterfaceClient } from './interface-client.ts';
import { startLoopbackAws } from './loopback-aws.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { bundled } from './traced/bundled.ts';

/** What is read of a request (OpenTelemetry protocol, "OTLP/HTTP", JSON). */
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: readonly Attribute[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number };
}

const attributeOf = (attributes: readonly Attribute[], name: string) => {
  const { stringValue, intValue } = attributes.find(({ key }) => key === name)?.value ?? {};
  return stringValue ?? intValue;
};

/** What listens where a function's environment names a collector. */
async function startCollector() {
  const seen: Exported[] = [];
  const paths = new Set<string>();
  const server = await startServer(async (request, response) => {
    paths.add(request.url ?? '');
    seen.push((await json(request)) as Exported);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  onTestFinished(() => server.stop());
  const spans = () =>
    seen.flatMap(({ resourceSpans }) => resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
  return { url: server.url, paths, seen, spans };
}

let client: InterfaceClient;
beforeAll(async () => {
  client = await ensureInterfaceClient(console.log);
}, FIRST_USE_MS);

it('each attempt’s span is at the collector before its batch is answered, linked to its sender', async (context) => {
  if ('missing' in client) return context.skip(`the test of spans is skipped: ${client.missing}`);
  const collector = await startCollector();
  const aws = await startLoopbackAws('traced');
  const api = await startRuntimeApi();
  const third = await startServer(async (_, response) => void response.end('ok'));
  const environment = startEnvironment({
    client: client.main,
    task: await bundled(WITH_SPANS),
    address: api.address,
    environment: { ...aws.environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  onTestFinished(async () => {
    environment.kill();
    await Promise.all([api.stop(), aws.stop(), third.stop()]);
  });
  for (const id of ['good', 'bad']) {
    const body = JSON.stringify({ id, maxAttempts: 1, payload: { url: `${third.url}/${id}`, fails: id === 'bad' } });
    const trace = `Root=1-5759e988-${'d'.repeat(24)};Parent=53995c3f42cd8ad8;Sampled=1`;
    aws.queue.add(outgoing(body, { group: 'acme', trace }), `message-${id}`);
  }
  const Records = aws.queue.receive(10).map((message) => toRecord(message, aws.queue));
  expect(await api.invoke({ Records })).toEqual({ kind: 'response', body: { batchItemFailures: [] } });
  expect(collector.paths).toEqual(new Set(['/v1/traces']));
  expect(collector.spans()).toHaveLength(2);
  const [good, bad] = ['good', 'bad'].map((id) =>
    collector.spans().find(({ attributes }) => attributeOf(attributes, 'sluice.job.id') === id),
  );
  for (const span of [good, bad]) {
    expect(span?.links).toMatchObject([{ traceId: `5759e988${'d'.repeat(24)}`, spanId: '53995c3f42cd8ad8' }]);
    expect(attributeOf(span?.attributes ?? [], 'sluice.tenant')).toBe('acme');
  }
  expect(good?.traceId).not.toBe(bad?.traceId);
  expect(good?.status.code).toBe(0);
  expect(bad?.status.code).toBe(2);
  expect(attributeOf(bad?.attributes ?? [], 'error.type')).toBe('RangeError');
  const { attributes = [] } = collector.seen[0]?.resourceSpans[0]?.resource ?? {};
  expect(attributeOf(attributes, 'service.name')).toBe('sluice-traced');
}, 120_000);
