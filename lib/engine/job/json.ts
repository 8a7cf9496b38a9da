import { JsonError, toJson } from '../../contract/json.ts';

/**
 * The value after a round trip through JSON, which is what a reader of the table gets. Half a surrogate pair becomes U+FFFD,
 * as in error messages: DynamoDB refuses it.
 *
 * @param what    for the message, and the beginning of every path in it: "result"
 * @param maxBytes UTF-8 bytes of the JSON
 * @throws JsonError if JSON cannot carry it (see {@link toJson}), it is too large, or DynamoDB cannot keep it
 */
export function asJson(what: string, value: unknown, maxBytes: number): unknown {
  if (value === undefined) return undefined;
  const text = wellFormed(toJson(what, value));
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new JsonError(
      `${what} has ${bytes} bytes of JSON, at most ${maxBytes} are kept: store it elsewhere and keep its address`,
    );
  }
  const kept: unknown = JSON.parse(text);
  checkKept(what, kept);
  return kept;
}

/** JSON writes a half of a pair as an escape, and nothing else that begins with `\ud`, but for a backslash before "ud…". */
const wellFormed = (text: string): string =>
  text.includes('\\ud') ? text.replace(/\\(?:ud[89a-f]..|.)/g, (found) => (found.length > 2 ? '\ufffd' : found)) : text;

/** DynamoDB nests attributes at most 32 levels deep (DynamoDB quotas, "Nested attribute depth"); some are ours. */
const MAX_DEPTH = 28;

function checkKept(where: string, value: unknown, depth = 0): void {
  if (typeof value === 'number') checkNumber(where, value);
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) throw new JsonError(`${where} is nested more than ${MAX_DEPTH} levels deep`);
  for (const [name, inner] of Object.entries(value)) {
    if (name === '') throw new JsonError(`${where} has a field without a name`);
    // The SDK sets it as an object's prototype, and it is gone.
    if (name === '__proto__') throw new JsonError(`${where} has a field named __proto__`);
    checkKept(`${where}.${name}`, inner, depth + 1);
  }
}

/** DynamoDB numbers: magnitude from 1E-130 to 9.99E+125 (DynamoDB quotas, "Numbers"). */
function checkNumber(where: string, value: number): void {
  const size = Math.abs(value);
  if (size >= 1e126 || (size > 0 && size < 1e-130)) {
    throw new JsonError(`${where} is ${value}, which DynamoDB cannot keep`);
  }
}
