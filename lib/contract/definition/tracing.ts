import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** `otel` for OpenTelemetry, `true` for X-Ray. */
export type TracingKind = boolean | 'otel';

/** @throws JobDefinitionError unless it is absent, `true`, `false` or `otel` */
export function checkedTracing(given: unknown): TracingKind {
  if (given === 'otel') return given;
  if (typeof given !== 'boolean' && given !== undefined)
    throw new JobDefinitionError(`tracing must be true, false or "otel", got ${shown(given)}`);
  return given ?? false;
}
