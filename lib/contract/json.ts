import { messageOf } from './thrown.ts';

/** A value that JSON cannot carry: the message says where in it, and what stands there. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

const TEXT = Symbol('JSON text');

/**
 * A payload that is JSON already: it is sent as it stands, digit by digit.
 *
 * @param text JSON, without blanks around it
 */
export const jsonText = (text: string): object => Object.freeze({ [TEXT]: text });

/** The text of {@link jsonText}; undefined for every other value. */
export const textOf = (value: unknown): string | undefined => (value as { [TEXT]?: string } | null)?.[TEXT];

/**
 * The JSON of a payload, a result, a progress or a checkpoint: the one way in which a value becomes what is kept.
 *
 * What `JSON.stringify` changes silently is refused: NaN, Infinity, bigints, functions, symbols, circles; `undefined` in a
 * list; an invalid Date; a Map, a Set, a typed array, an Error and every other built-in object of which it leaves `{}`. A
 * property that is undefined is left out, and a valid Date is ISO text. An object of a class is what its `toJSON` returns, or
 * else its own fields.
 *
 * @param what  for the message, and the beginning of every path in it: "payload"
 * @param value anything but undefined
 * @throws JsonError, as "payload.amount is NaN, which JSON cannot carry"
 */
export function toJson(what: string, value: unknown): string {
  try {
    const flaw = flawOf(value, '', []);
    if (flaw !== undefined) throw flawError([what, ...flaw.path].join('.').slice(0, 200), flaw.is);
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof JsonError) throw cause;
    // Nested beyond the stack, or a getter or a `toJSON` of the value's own that threw.
    throw new JsonError(`${what} cannot be written as JSON: ${messageOf(cause)}`, { cause });
  }
}

const flawError = (where: string, is: string) =>
  new JsonError(`${where} is ${is}, which JSON cannot carry: use text, a number, a list or a plain object`);

/** What is wrong with a value. The path is made on the way out, so that a sound value costs none. */
interface Flaw {
  readonly path: string[];
  readonly is: string;
}

const flaw = (is: string): Flaw => ({ path: [], is });

/** Circles are looked for from this depth on: sound values are rarely so deep. */
const SUSPICIOUS_DEPTH = 64;

function flawOf(value: unknown, name: string, above: object[]): Flaw | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : flaw(String(value));
    case 'object':
      return value === null ? undefined : flawOfObject(value, name, above);
    case 'bigint':
      return hasToJson(value) ? flawOf(value.toJSON(name), name, above) : flaw('a bigint');
    default:
      return flaw(value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function flawOfObject(value: object, name: string, above: object[]): Flaw | undefined {
  if (above.length > SUSPICIOUS_DEPTH && above.includes(value)) return flaw('a circle');
  above.push(value);
  const found = Array.isArray(value) && !hasToJson(value) ? flawOfList(value, above) : flawOfFields(value, name, above);
  above.pop();
  return found;
}

function flawOfList(list: readonly unknown[], above: object[]): Flaw | undefined {
  for (let i = 0; i < list.length; i++) {
    const found = flawOf(list[i], String(i), above);
    if (found !== undefined) return within(String(i), found);
  }
  return undefined;
}

function flawOfFields(value: object, name: string, above: object[]): Flaw | undefined {
  if (!isPlain(value)) {
    const is = builtIn(value);
    if (is !== undefined) return flaw(is);
  }
  if (hasToJson(value)) return flawOfToJson(value, name, above);
  for (const key of Object.keys(value)) {
    const inner: unknown = value[key as keyof typeof value];
    const found = inner === undefined ? undefined : flawOf(inner, key, above);
    if (found !== undefined) return within(key, found);
  }
  return undefined;
}

function within(key: string, found: Flaw): Flaw {
  found.path.unshift(key);
  return found;
}

/** Libraries' dates turn into null when they are invalid, as Date does. */
function flawOfToJson(value: WithToJson, name: string, above: object[]): Flaw | undefined {
  if (value instanceof Date) return undefined;
  const written = value.toJSON(name);
  if (written === undefined || written === null) return flaw(`${named(value)} whose toJSON() returns ${written}`);
  return flawOf(written, name, above);
}

interface WithToJson {
  toJSON(key: string): unknown;
}

const hasToJson = <Value>(value: Value): value is Value & WithToJson =>
  typeof (value as Partial<WithToJson>).toJSON === 'function';

/** An object literal, also one of another realm: nothing stands above its prototype. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** What an object is of which JSON keeps another value or nothing; undefined if it keeps the object's own fields. */
function builtIn(value: object): string | undefined {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === 'Date') return Number.isNaN(Number(value)) ? 'an invalid Date' : undefined;
  // Bytes of Node have a toJSON, which makes six times as many of them.
  if (ArrayBuffer.isView(value)) return named(value);
  if (hasToJson(value)) return undefined;
  if (tag !== 'Object' && tag !== 'Array') return named(value, tag);
  return Object.keys(value).length === 0 ? `${named(value)} without a field of its own` : undefined;
}

function named(value: object, tag = 'Object'): string {
  const name: unknown = value.constructor?.name;
  const given = typeof name === 'string' && name !== '' ? name : tag;
  return `${/^[AEIOU]/.test(given) ? 'an' : 'a'} ${given.slice(0, 64)}`;
}
