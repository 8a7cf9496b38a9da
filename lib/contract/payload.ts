import type * as z from 'zod';
import { InvalidPayloadError } from './errors.ts';
import type { JobDefinition } from './job-definition.ts';

/** What a producer hands over: what a definition's schema accepts, before it fills in defaults and transforms. */
export type PayloadInput<D extends JobDefinition> = z.input<D['payload']>;

/** A payload as its schema made it, or why the schema refused it. */
export interface ReadPayload {
  readonly payload: unknown;
  readonly refusal?: InvalidPayloadError;
}

/** Reads a payload by its definition's schema. Never throws: a refusal is a value. */
export function readPayload(definition: JobDefinition, payload: unknown): ReadPayload {
  try {
    const result = definition.payload.safeParse(payload);
    if (result.success) return { payload: result.data };
    // zod's messages tell what was expected and the type that came, never the value.
    const issues = result.error.issues.map(({ path, message }) => `${['payload', ...path].join('.')}: ${message}`);
    return { payload: undefined, refusal: new InvalidPayloadError(issues.join('; '), { cause: result.error }) };
  } catch (cause) {
    return { payload: undefined, refusal: new InvalidPayloadError('the payload schema itself threw', { cause }) };
  }
}
