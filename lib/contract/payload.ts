import type * as z from 'zod';
import type { JobDefinition } from './definition/job-definition.ts';
import { InvalidPayloadError, toJobError } from './errors.ts';

/** What a producer hands over: what a definition's schema accepts, before it fills in defaults and transforms. */
export type PayloadInput<D extends JobDefinition> = z.input<D['payload']>;

/** A payload as its schema made it, or why the schema refused it. */
export interface ReadPayload {
  readonly payload: unknown;
  readonly refusal?: InvalidPayloadError;
  /** The schema takes time (an asynchronous refinement or transform): what it makes of the payload. Never rejects. */
  readonly pending?: Promise<ReadPayload>;
}

/** Whether a schema takes time, as far as payloads have shown. */
const takesTime = new WeakMap<z.ZodType, boolean>();

/** Reads a payload by its definition's schema. Never throws: a refusal is a value. */
export function readPayload({ payload: schema }: JobDefinition, payload: unknown): ReadPayload {
  try {
    if (!takesTime.has(schema)) takesTime.set(schema, makesPromise(schema, payload));
    if (takesTime.get(schema) !== true) return read(schema.safeParse(payload));
  } catch (cause) {
    // Thrown by the schema's own code, or by zod at a promise: one that no payload before this one has led to.
    if (!takesTime.has(schema) || !makesPromiseAfterAll(schema, payload)) return thrown(cause);
    takesTime.set(schema, true);
  }
  return { payload: undefined, pending: schema.safeParseAsync(payload).then(read, thrown) };
}

/**
 * Whether a schema makes a promise of a payload. zod's own way to find out leaves that promise alone, and its rejection would
 * end the process.
 */
function makesPromise(schema: z.ZodType, payload: unknown): boolean {
  const made = schema._zod.run({ value: payload, issues: [] }, { async: true });
  if (!(made instanceof Promise)) return false;
  made.catch(() => undefined);
  return true;
}

function makesPromiseAfterAll(schema: z.ZodType, payload: unknown): boolean {
  try {
    return makesPromise(schema, payload);
  } catch {
    return false;
  }
}

function read(result: z.ZodSafeParseResult<unknown>): ReadPayload {
  if (result.success) return { payload: result.data };
  // zod's messages tell what was expected and the type that came, never the value.
  const told = tell(result.error.issues, ['payload']).join('; ');
  return { payload: undefined, refusal: new InvalidPayloadError(told, { cause: result.error }) };
}

function thrown(cause: unknown): ReadPayload {
  const { name, message } = toJobError(cause);
  const refusal = new InvalidPayloadError(`the payload schema itself threw ${name}: ${message}`, { cause });
  return { payload: undefined, refusal };
}

/** Each issue with its field; of a union, what its closest member refused. */
function tell(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[]): string[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    const [closest] = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length) : [];
    return closest ? tell(closest, path) : [`${path.map(String).join('.')}: ${issue.message}`];
  });
}
