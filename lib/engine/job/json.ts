import { messageOf } from '../../contract/thrown.ts';

/** A value that cannot be stored: it is not JSON, or too large. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * The value after a round trip through JSON, which is what a reader of the table gets.
 *
 * @param what    for the message: "the result"
 * @param maxBytes UTF-8 bytes of the JSON
 * @throws JsonError if it is not JSON (a function, a cycle, a BigInt, NaN), too large, or nothing DynamoDB can keep
 */
export function asJson(what: string, value: unknown, maxBytes: number): unknown {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuseLossy);
  } catch (cause) {
    throw new JsonError(`${what} is not JSON: ${messageOf(cause)}`, { cause });
  }
  if (text === undefined) throw new JsonError(`${what} is not JSON: it is a ${typeof value}`);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new JsonError(
      `${what} has ${bytes} bytes of JSON, at most ${maxBytes} are kept: store it elsewhere and return where`,
    );
  }
  const kept: unknown = JSON.parse(text);
  checkShape(what, kept);
  return kept;
}

/** Refuses what JSON.stringify silently drops or turns into `null`, and numbers that the table refuses. */
function refuseLossy(name: string, value: unknown): unknown {
  const where = name || 'it';
  if (typeof value === 'number') checkNumber(where, value);
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`${where} is a ${typeof value}`);
  return value;
}

/** DynamoDB numbers: magnitude from 1E-130 to 9.99E+125 (DynamoDB quotas, "Numbers"). */
function checkNumber(where: string, value: number): void {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 1e126 || (size > 0 && size < 1e-130)) {
    throw new TypeError(`${where} is ${value}, which DynamoDB cannot keep`);
  }
}

/** DynamoDB nests attributes at most 32 levels deep (DynamoDB quotas, "Nested attribute depth"); some are ours. */
const MAX_DEPTH = 28;

function checkShape(what: string, value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) throw new JsonError(`${what} is nested more than ${MAX_DEPTH} levels deep`);
  for (const [name, inner] of Object.entries(value)) {
    if (name === '') throw new JsonError(`${what} has a field without a name`);
    checkShape(what, inner, depth + 1);
  }
}
