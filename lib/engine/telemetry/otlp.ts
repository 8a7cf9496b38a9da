import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

/**
 * Registers a provider that sends spans over OTLP/HTTP. Endpoint, headers, sampler and resource attributes are read from the
 * environment, by OpenTelemetry's own names ("Environment Variable Specification").
 */
export function registerProvider(type: string): BasicTracerProvider {
  const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_REGION: region } = process.env;
  const own = resourceFromAttributes({
    'service.name': `sluice-${type}`,
    'cloud.provider': 'aws',
    'cloud.region': region,
    'faas.name': name,
  });
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return provider;
}
