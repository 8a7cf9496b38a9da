import type * as z from 'zod';
import type { JobDefinition } from './definition/job-definition.ts';
import { InvalidPayloadError } from './errors.ts';

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
    // zod's messages say what was expected and which type came, never the value.
    const reasons = reasonsOf(result.error.issues, ['payload']).join('; ');
    return { payload: undefined, refusal: new InvalidPayloadError(reasons, { cause: result.error }) };
  } catch (cause) {
    return { payload: undefined, refusal: new InvalidPayloadError('the payload schema itself threw', { cause }) };
  }
}

/** Each issue with its field; of a union, what its closest member refused. */
function reasonsOf(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[]): string[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    const [closest] = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length) : [];
    return closest ? reasonsOf(closest, path) : [`${path.map(String).join('.')}: ${issue.message}`];
  });
}
