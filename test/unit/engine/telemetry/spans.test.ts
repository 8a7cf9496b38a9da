import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeSpans } from '../../../../lib/engine/telemetry/spans.ts';
import type { SentIn } from '../../../../lib/engine/telemetry/traced.ts';

const ANNOTATIONS = { jobId: 'a1', jobType: 'send-email', attempt: 2, run: 1, tenant: 'acme' };
const exporter = new InMemorySpanExporter();

/** As a layer does it before the function loads. */
function register() {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return provider;
}

beforeEach(() => exporter.reset());
afterEach(() => {
  trace.disable();
  context.disable();
  vi.unstubAllEnvs();
});

async function attempted(sentIn: SentIn = {}, failure?: Error) {
  register();
  const { traced } = await makeSpans('send-email', 'sluice-dev-send-email');
  const failureOf = (outcome: string) => (outcome === 'failed' ? failure : undefined);
  const attempt = { annotations: ANNOTATIONS, sentIn, failureOf };
  const outcome = await traced(attempt, async () => (failure === undefined ? 'completed' : 'failed'));
  const [span] = exporter.getFinishedSpans();
  return { outcome, span };
}

describe('an attempt’s span', () => {
  it('is named and found by the conventions of messaging, and by its job', async () => {
    const { outcome, span } = await attempted({ messageId: 'm-1' });
    expect(outcome).toBe('completed');
    expect(span).toMatchObject({ name: 'process sluice-dev-send-email', kind: SpanKind.CONSUMER, links: [] });
    expect(span?.attributes).toEqual({
      'messaging.system': 'aws_sqs',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': 'sluice-dev-send-email',
      'messaging.message.id': 'm-1',
      'sluice.job.id': 'a1',
      'sluice.job.type': 'send-email',
      'sluice.attempt': 2,
      'sluice.run': 1,
      'sluice.tenant': 'acme',
    });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('has the error of an attempt that failed', async () => {
    const { outcome, span } = await attempted({}, new RangeError('it failed'));
    expect(outcome).toBe('failed');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'it failed' });
    expect(span?.attributes).toMatchObject({ 'error.type': 'RangeError' });
    expect(span?.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': 'it failed' } }]);
  });

  const W3C = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const HEADER = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const ofW3c = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  const ofHeader = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8', traceFlags: 1 };
  it.each<[string, SentIn, object[]]>([
    ['W3C’s attribute', { traceparent: W3C }, [ofW3c]],
    ['X-Ray’s header', { header: HEADER }, [ofHeader]],
    [
      'X-Ray’s header of a trace that is not sampled',
      { header: HEADER.replace('=1;Parent', '=1;Parent').replace('Sampled=1', 'Sampled=0') },
      [{ ...ofHeader, traceFlags: 0 }],
    ],
    ['both: W3C’s', { traceparent: W3C, header: HEADER }, [ofW3c]],
    ['an attribute that is none, beside a header', { traceparent: '00-xyz', header: HEADER }, [ofHeader]],
    ['a header without a parent', { header: 'Root=1-5759e988-bd862e3fe1be46a994272793' }, []],
    ['anything else', { traceparent: '', header: 'Root=;Parent=' }, []],
  ])('is linked to its sender by %s', async (_name, sentIn, senders) => {
    const { span } = await attempted(sentIn);
    expect(span?.links.map((link) => link.context)).toEqual(senders.map((sender) => ({ ...sender, isRemote: true })));
  });

  it('is the parent of what its job does, beside other jobs', async () => {
    register();
    const { traced } = await makeSpans('send-email', 'queue');
    const call = async (name: string) => {
      await new Promise(setImmediate);
      trace.getTracer('http').startSpan(name).end();
    };
    const attempt = (jobId: string) => ({
      annotations: { ...ANNOTATIONS, jobId },
      sentIn: {},
      failureOf: () => undefined,
    });
    await Promise.all([traced(attempt('a'), () => call('of a')), traced(attempt('b'), () => call('of b'))]);
    const spans = exporter.getFinishedSpans();
    const idOf = (job: string) =>
      spans.find(({ attributes }) => attributes['sluice.job.id'] === job)?.spanContext().spanId;
    const parentOf = (call: string) => spans.find(({ name }) => name === call)?.parentSpanContext?.spanId;
    expect(parentOf('of a')).toBe(idOf('a'));
    expect(parentOf('of b')).toBe(idOf('b'));
    expect(idOf('a')).not.toBe(idOf('b'));
  });
});

describe('a tracer that fails', () => {
  it('changes no attempt', async () => {
    register();
    const { traced } = await makeSpans('send-email', 'queue');
    const attempt = {
      annotations: ANNOTATIONS,
      sentIn: {},
      failureOf: () => {
        throw new Error('no error to be read');
      },
    };
    expect(await traced(attempt, async () => 'completed')).toBe('completed');
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  it('is not there: without layer and endpoint jobs run, and nothing is sent', async () => {
    const spans = await makeSpans('send-email', 'queue');
    const attempt = { annotations: ANNOTATIONS, sentIn: {}, failureOf: () => undefined };
    expect(await spans.traced(attempt, async () => 'completed')).toBe('completed');
    expect(spans.flush).toBeUndefined();
  });
});

it('what is registered has its spans sent at the end of a batch', async () => {
  const provider = register();
  const flushed = vi.spyOn(provider, 'forceFlush');
  const { flush } = await makeSpans('send-email', 'queue');
  await flush?.();
  expect(flushed).toHaveBeenCalledOnce();
});
