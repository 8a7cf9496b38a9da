import type { Desk } from './desk.ts';
import type { Operations } from './operations/operations.ts';
import type { Session } from './session.ts';

/** What a request brings. */
export interface Call {
  readonly desk: Desk;
  readonly session: Session;
  readonly operations: Operations;
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
