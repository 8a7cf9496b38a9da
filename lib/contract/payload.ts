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

/**
 * Reads a payload by its definition's schema. Never throws: a refusal is a value. It names at most five issues, and of a
 * payload of more than {@link MAX_CHECKED_WHOLE} values only the first: to find and word them all would take seconds.
 */
export function readPayload(definition: JobDefinition, payload: unknown): ReadPayload {
  try {
    const result = definition.payload.safeParse(payload, FIRST_ISSUE);
    if (result.success) return { payload: result.data };
    const isHuge = holdsMoreThan(MAX_CHECKED_WHOLE, payload);
    const error = (isHuge ? undefined : definition.payload.safeParse(payload).error) ?? result.error;
    // zod's messages say what was expected and which type came, never the value.
    const reasons = reasonsOf(error.issues.slice(0, MAX_ISSUES), ['payload']).slice(0, MAX_ISSUES);
    if (isHuge) reasons.push('the rest was not checked');
    return { payload: undefined, refusal: new InvalidPayloadError(reasons.join('; '), { cause: error }) };
  } catch (cause) {
    return { payload: undefined, refusal: new InvalidPayloadError('the payload schema itself threw', { cause }) };
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
