import { ENV } from '../../contract/names.ts';
import type { Tracing } from './traced.ts';

/** Whether X-Ray traces the requests of this function. */
export const isByXray = process.env.SLUICE_TRACING === 'on';

/**
 * Loads the tracer of a job type that is traced. X-Ray's is a fifth of a bundle. In the bundle of a type that is not
 * traced, esbuild replaces the variable by `off` and leaves the tracer out.
 *
 * @returns undefined if the type is not traced; resolves to undefined if the tracer cannot be made: jobs run without it
 */
export function openTracing(type: string): Promise<Tracing | undefined> | undefined {
  // The import must stand inside of the condition: only then does esbuild leave it out.
  if (process.env.SLUICE_TRACING === 'on') {
    const tracing = import('./tracer.ts').then(({ makeTraced }) => makeTraced(type));
    return tracing.catch(() => undefined);
  }
  if (process.env.SLUICE_TRACING === 'otel') {
    const spans = import('./spans.ts').then(({ makeSpans }) => makeSpans(type, queueName()));
    return spans.catch(() => undefined);
  }
  return undefined;
}

/** Of the queue's URL. Where it is missing the first invocation says so. */
const queueName = () => (process.env[ENV.queueUrl] ?? '').split('/').at(-1) ?? '';
