import type * as z from 'zod';
import type { JobDefinition } from './definition/job-definition.ts';
import { InvalidPayloadError, toJobError } from './errors.ts';

/**
 * What a producer hands over: what a definition's schema accepts, before it fills in defaults and transforms. Of a
 * definition that may be one of several, what each of them accepts.
 */
export type PayloadInput<D extends JobDefinition> =
  TakesInput<D> extends (payload: infer Input) => void ? Input : never;

/** A function for each member of a union: what can be handed to any of them is the intersection of what they take. */
type TakesInput<D> = D extends JobDefinition ? (payload: z.input<D['payload']>) => void : never;

/** A payload as its schema made it, or why the schema refused it. */
export interface ReadPayload {
  readonly payload: unknown;
  readonly refusal?: InvalidPayloadError;
  /** The schema takes time (an asynchronous refinement or transform): what it makes of the payload. Never rejects. */
  readonly pending?: Promise<ReadPayload>;
}

/** Whether a schema takes time, as far as payloads have shown. */
const takesTime = new WeakMap<z.ZodType, boolean>();

/**
 * Reads a payload by its definition's schema. Never throws: a refusal is a value. It names at most five issues, and of a
 * payload of more than {@link MAX_CHECKED_WHOLE} values only the first: to find and word them all would take seconds.
 */
export function readPayload({ payload: schema }: JobDefinition, payload: unknown): ReadPayload {
  try {
    if (!takesTime.has(schema)) takesTime.set(schema, makesPromise(schema, payload));
    if (takesTime.get(schema) !== true) return readAtOnce(schema, payload);
  } catch (cause) {
    // Thrown by the schema's own code, or by zod at a promise: one that no payload before this one has led to.
    if (!takesTime.has(schema) || !makesPromiseAfterAll(schema, payload)) return thrown(cause);
    takesTime.set(schema, true);
  }
  return { payload: undefined, pending: readInTime(schema, payload).catch(thrown) };
}

function readAtOnce(schema: z.ZodType, payload: unknown): ReadPayload {
  const result = schema.safeParse(payload, FIRST_ISSUE);
  if (result.success) return { payload: result.data };
  const isHuge = holdsMoreThan(MAX_CHECKED_WHOLE, payload);
  return refused((isHuge ? undefined : schema.safeParse(payload).error) ?? result.error, isHuge);
}

async function readInTime(schema: z.ZodType, payload: unknown): Promise<ReadPayload> {
  const isHuge = holdsMoreThan(MAX_CHECKED_WHOLE, payload);
  const result = await schema.safeParseAsync(payload, isHuge ? FIRST_ISSUE : undefined);
  return result.success ? { payload: result.data } : refused(result.error, isHuge);
}

function refused(error: z.ZodError, isHuge: boolean): ReadPayload {
  // zod's messages say what was expected and which type came, never the value.
  const reasons = reasonsOf(error.issues.slice(0, MAX_ISSUES), ['payload']).slice(0, MAX_ISSUES);
  if (isHuge) reasons.push('the rest was not checked');
  return { payload: undefined, refusal: new InvalidPayloadError(reasons.join('; '), { cause: error }) };
}

function thrown(cause: unknown): ReadPayload {
  const { name, message } = toJobError(cause);
  const refusal = new InvalidPayloadError(`the payload schema itself threw ${name}: ${message}`, { cause });
  return { payload: undefined, refusal };
}

/**
 * Whether a schema makes a promise of a payload. zod's own way to find out leaves that promise alone, and its rejection would
 * end the process.
 */
function makesPromise(schema: z.ZodType, payload: unknown): boolean {
  const made = schema._zod.run({ value: payload, issues: [] }, { ...FIRST_ISSUE, async: true });
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

/**
 * zod stops at the first issue that settles a refusal; so does its own `validate`. Its public type does not name the option.
 */
const FIRST_ISSUE: z.core.ParseContext<z.core.$ZodIssue> & { readonly abortEarly: true } = { abortEarly: true };
/** Issues of a refusal that are named. */
const MAX_ISSUES = 5;
/** Values of a payload up to which a refusal looks for all issues: some milliseconds. */
const MAX_CHECKED_WHOLE = 1000;
/** Characters of an issue's field and of its message: both may hold keys of the payload. */
const MAX_PART = 200;

/** Whether a JSON value holds more values than that, itself included. It looks at no more of them, however deep they are. */
function holdsMoreThan(limit: number, value: unknown): boolean {
  const seen = [value];
  for (let i = 0; i < seen.length && seen.length <= limit; i++) {
    const one = seen[i];
    if (typeof one !== 'object' || one === null) continue;
    const inside: unknown[] = Array.isArray(one) ? one : Object.values(one);
    // A list of a million is not walked to learn that it is one.
    for (let n = 0; n < inside.length && seen.length <= limit; n++) seen.push(inside[n]);
  }
  return seen.length > limit;
}

/** Each issue with its field; of a union, what its closest member refused. */
function reasonsOf(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[]): string[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    const [closest] = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length) : [];
    if (closest) return reasonsOf(closest.slice(0, MAX_ISSUES), path);
    return [`${path.map(String).join('.').slice(0, MAX_PART)}: ${issue.message.slice(0, MAX_PART)}`];
  });
}
