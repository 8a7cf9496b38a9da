/** Characters of an error message that are kept (lib/engine/README.md, "Names and the jobs table"). */
const MAX_MESSAGE_LENGTH = 512;
const MAX_NAME_LENGTH = 128;
/** The frames of a stack, as many as are logged: some twenty. */
const FRAMES = /\n {4}at [\s\S]{0,2048}/;
/** Errors that are read of one that was thrown, itself included: libraries wrap an error two or three times. */
const MAX_ERRORS = 10;

/** A copy of what could be read of an error. It is safe to log. */
export interface ReadError extends Error {
  readonly cause?: ReadError;
  /** Those of an AggregateError; absent if there are none. */
  readonly errors?: readonly ReadError[];
}

/**
 * Reads an error and its inner errors, ten in all. Never throws: a getter may throw, a message may be no text, a Proxy may
 * refuse everything. What cannot be read is left out.
 *
 * Of an error only name, message, stack and inner errors are read, and its code where no message says more. Clients keep
 * whole requests and replies in other properties (Stripe's hold the payment method and the client's secret), and those are
 * payloads.
 */
export const readError = (thrown: unknown): ReadError => read(thrown, new Set());

function read(thrown: unknown, seen: Set<unknown>): ReadError {
  seen.add(thrown);
  const readInner = (inner: unknown): ReadError[] =>
    (isError(inner) || codeOf(inner) !== '') && !seen.has(inner) && seen.size < MAX_ERRORS ? [read(inner, seen)] : [];
  const of = (name: string) => (isError(thrown) ? fieldOf(thrown, name) : undefined);
  const list = of('errors');
  const errors = quietly(() => (list as unknown[]).slice(0, MAX_ERRORS).flatMap(readInner)) ?? [];
  const [cause] = readInner(of('cause'));
  const said = textOf(of('message'));
  const message = unquoted(cut(said)) || ((errors[0] ?? cause) ? '' : codeOf(thrown));
  const name = cut(textOf(of('name')), MAX_NAME_LENGTH) || 'Error';
  // A stack begins with name and message, of any length: only its frames are taken.
  const [frames = ''] = FRAMES.exec(textOf(of('stack')).slice(said.length)) ?? [];
  const stack = `${name}: ${message}${frames.toWellFormed()}`;
  return Object.assign(new Error(message, cause && { cause }), { name, stack }, errors[0] && { errors }) as ReadError;
}

/** The messages of an error and of its first reasons, the outermost first. */
export function reasonsOf({ message, errors = [], cause }: ReadError): string[] {
  const inner = [...errors, cause].map((error) => (error ? reasonsOf(error) : []));
  const reasons = inner.find(([first]) => first) ?? [];
  return message ? [message, ...reasons] : reasons;
}

/** Also an error of another realm (`node:vm`), which is no instance of this one's class. */
export const isError = (thrown: unknown): thrown is Error =>
  quietly(() => thrown instanceof Error) || tagOf(thrown) === '[object Error]';

/** As `[object Error]`; empty if it cannot be read. */
export const tagOf = (thrown: unknown): string => quietly(() => ({}).toString.call(thrown)) ?? '';

/** The message of anything thrown, or its text. Never throws. */
export const messageOf = (thrown: unknown): string =>
  cut(textOf(isError(thrown) ? fieldOf(thrown, 'message') : thrown));

/** A code as Node, undici and databases have it: `ENOTFOUND`, `ERR_TLS_HANDSHAKE_TIMEOUT`. Any other may be a payload's. */
const CODE = /^(E[A-Z0-9]+|[A-Z]+(_[A-Z0-9]+)+)$/;

function codeOf(thrown: unknown): string {
  const code = fieldOf(thrown, 'code') ?? thrown;
  return typeof code === 'string' && CODE.test(code) ? cut(code) : '';
}

/** `JSON.parse` quotes the text that it was given, which may be a payload. */
const unquoted = (message: string): string =>
  message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' in JSON');

const fieldOf = (thrown: unknown, name: string): unknown => quietly(() => (thrown as Record<string, unknown>)[name]);

/**
 * Reads or reports something. If that fails, nothing else does: what follows from a write never waits for a log line, a
 * metric or a trace.
 *
 * @returns undefined if it failed
 */
export function quietly<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** Text of a value that may be no text; empty if it has none. */
const textOf = (value: unknown): string => (value === undefined ? '' : (quietly(() => String(value)) ?? ''));

/** A surrogate pair that the cut halves becomes U+FFFD, which SQS and DynamoDB both accept. */
export const cut = (text: string, length = MAX_MESSAGE_LENGTH): string => text.slice(0, length).toWellFormed();
