/** A value that was to be stored and is not JSON, or too large. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * The value as JSON would carry it: what is stored is what a reader gets.
 *
 * @param what    for the message: "the result"
 * @param maxBytes UTF-8 bytes of the JSON
 * @throws JsonError if it is not JSON (a function, a cycle, a BigInt, NaN) or too large
 */
export function asJson(what: string, value: unknown, maxBytes: number): unknown {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuseLossy);
  } catch (cause) {
    throw new JsonError(`${what} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (text === undefined) throw new JsonError(`${what} is not JSON: it is a ${typeof value}`);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new JsonError(
      `${what} has ${bytes} bytes of JSON, at most ${maxBytes} are kept: store it elsewhere and return where`,
    );
  }
  return JSON.parse(text);
}

/** JSON.stringify silently turns these into `null` or drops them. */
function refuseLossy(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${name || 'it'} is ${value}`);
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError(`${name || 'it'} is a ${typeof value}`);
  return value;
}
