import type * as z from 'zod';
import type { Desk } from './desk.ts';
import { refusal } from './security.ts';
import type { Session } from './session.ts';

/** What a request brings. */
export interface Call {
  readonly desk: Desk;
  readonly session: Session;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON that was posted. */
  readonly body: unknown;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** A route: it checks what it gets, calls a function of the operator, and answers what that returns. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: `/api/${string}`;
  /** It changes something: with `--read-only` it does not exist. */
  readonly changes?: true;
  /** @returns the JSON that is answered; of an async iterable each value is a line */
  readonly answer: (call: Call) => unknown;
}

/** What a route was given, checked. @throws Refusal (400) that says what is wrong, and where */
export function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const faults = error.issues.map(({ path, message }) => `${path.length === 0 ? 'it' : path.join('.')}: ${message}`);
  throw refusal(400, `the request is wrong: ${faults.join('; ')}`, 'reload the page: it may be older than its server');
}
