import { context, type Link, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { quietly } from '../../contract/thrown.ts';
import type { Annotations, SentIn, Tracing } from './traced.ts';

/** What has the spans sent. */
interface Flushed {
  forceFlush(): Promise<void>;
}

/**
 * One OpenTelemetry span for each attempt, by the semantic conventions of messaging (kind CONSUMER, operation `process`), linked
 * to the span that sent the message. Its parent is what is active: the invocation's span, where a layer makes one.
 *
 * Spans go to what a layer has registered before the function loads (ADOT does). Without one they go to the endpoint that the
 * environment names (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); without either, nowhere.
 *
 * @param queueName the destination's name
 */
export async function makeSpans(type: string, queueName: string): Promise<Tracing> {
  const provider = registered() ?? (await ofEndpoint(type));
  const tracer = trace.getTracer('sluice');
  return {
    traced: async ({ annotations, sentIn, failureOf }, run) => {
      const span = quietly(() => {
        const attributes = attributesOf(annotations, { queueName, messageId: sentIn.messageId });
        return tracer.startSpan(`process ${queueName}`, {
          kind: SpanKind.CONSUMER,
          attributes,
          links: linksTo(sentIn),
        });
      });
      if (span === undefined) return run();
      try {
        const outcome = await context.with(trace.setSpan(context.active(), span), run);
        quietly(() => end(span, failureOf(outcome)));
        return outcome;
      } finally {
        quietly(() => span.end());
      }
    },
    ...(provider !== undefined && { flush: () => provider.forceFlush() }),
  };
}

function end(span: Span, failure: Error | undefined): void {
  if (failure === undefined) return;
  span.recordException(failure);
  span.setAttribute('error.type', failure.name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
}

/** What is registered globally, by whatever copy of OpenTelemetry's API. */
function registered(): Flushed | undefined {
  const provider = trace.getTracerProvider() as Partial<Flushed> & { getDelegate?(): Partial<Flushed> };
  const delegate = provider.getDelegate?.() ?? provider;
  return typeof delegate.forceFlush === 'function' ? (delegate as Flushed) : undefined;
}

async function ofEndpoint(type: string): Promise<Flushed | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = process.env;
  if ((traces ?? all ?? '') === '') return undefined;
  const { registerProvider } = await import('./otlp.ts');
  return registerProvider(type);
}

/** OpenTelemetry, "Semantic conventions for messaging spans". What is Sluice's own begins with `sluice`. */
function attributesOf(
  { jobId, jobType, attempt, run, tenant }: Annotations,
  { queueName, messageId }: { readonly queueName: string; readonly messageId: string | undefined },
) {
  return {
    'messaging.system': 'aws_sqs',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': queueName,
    'messaging.message.id': messageId,
    'sluice.job.id': jobId,
    'sluice.job.type': jobType,
    'sluice.attempt': attempt,
    'sluice.run': run,
    'sluice.tenant': tenant,
  };
}

/** The sender's span: by W3C's attribute, or else by X-Ray's header, whose ids have the same form. */
function linksTo({ traceparent, header = '' }: SentIn): Link[] {
  const sender = (traceparent === undefined ? null : parseTraceParent(traceparent)) ?? ofHeader(header);
  return sender === undefined ? [] : [{ context: { ...sender, isRemote: true } }];
}

function ofHeader(header: string): SpanContext | undefined {
  const field = (name: string, form: string) => new RegExp(`(?:^|;)${name}=${form}(?:;|$)`).exec(header);
  const [, time, rest] = field('Root', '1-([0-9a-f]{8})-([0-9a-f]{24})') ?? [];
  const [, spanId] = field('Parent', '([0-9a-f]{16})') ?? [];
  if (time === undefined || spanId === undefined) return undefined;
  return { traceId: `${time}${rest}`, spanId, traceFlags: field('Sampled', '1') === null ? 0 : 1 };
}
