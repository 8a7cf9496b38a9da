import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/**
 * How items are written: nested values that are undefined are left out, as JSON does; a number beyond 2^53 is as exact as
 * JavaScript has it. Frozen, because the document client writes into the options it is given: it gets a copy.
 */
export const MARSHALL = Object.freeze({ removeUndefinedValues: true, allowImpreciseNumbers: true } as const);

/** An item as DynamoDB answers it, in plain values. A number beyond 2^53 comes back as the one that was kept. */
export const toItem = <Item>(raw: Record<string, AttributeValue>): Item => plainMap(raw) as Item;

const NUMBERS = { wrapNumbers: (text: string) => Number(text) } as const;

function plainMap(raw: Record<string, AttributeValue>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) plain[name] = toPlain(value);
  return plain;
}

/** Nearly all of an item is text, numbers and maps of them; `unmarshall` does the same in ten times the time. */
function toPlain(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.M !== undefined) return plainMap(value.M);
  return unmarshall({ value }, NUMBERS).value;
}

/** Marshals one attribute. @throws TypeError if the value is undefined */
export function toAttribute(value: unknown): AttributeValue {
  // Nearly all of an item's attributes; `marshall` does the same in ten times the time.
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  const { v } = marshall({ v: value }, MARSHALL);
  if (v === undefined) throw new TypeError('an attribute value must not be undefined');
  return v;
}

/** DynamoDB nests attributes at most 32 levels deep (DynamoDB quotas, "Nested attribute depth"). */
const MAX_DEPTH = 32;
const CANNOT_KEEP = 'which DynamoDB cannot keep: give it as text, a number or a map';

/**
 * Looks for what the document client cannot marshal. It leaves out nested values that are undefined, and functions.
 *
 * @param path of the value, for the message: "Put.Item"
 * @returns what is wrong with the first such value, by its path and never quoting it; undefined if all can be kept
 */
export function findUnfit(value: unknown, path: string, depth = 0): string | undefined {
  if (value === undefined || typeof value === 'function') return undefined;
  if (depth > MAX_DEPTH) return `${path.slice(0, 100)}… is nested more than ${MAX_DEPTH} levels deep`;
  const entries = entriesOf(value);
  if (entries === undefined) return isFit(value) ? undefined : `${path} is ${described(value)}, ${CANNOT_KEEP}`;
  for (const [step, inner] of entries) {
    const unfit = findUnfit(inner, path + step, depth + 1);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
}

/** What a list or a map holds, by its step of the path; undefined for all else. */
function entriesOf(value: unknown): [step: string, inner: unknown][] | undefined {
  if (Array.isArray(value)) return value.map((inner, i) => [`[${i}]`, inner]);
  if (value instanceof Map) return [...value].map(([name, inner]) => [`.${String(name)}`, inner]);
  return isPlain(value) ? Object.entries(value).map(([name, inner]) => [`.${name}`, inner]) : undefined;
}

/** As `marshall` tells a map from anything else. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [undefined, 'Object'].includes(value.constructor?.name);

/** Whether a value that holds no others can be marshalled, and sent: of all views of bytes, the SDK sends `Uint8Array`s. */
function isFit(value: unknown): boolean {
  if (typeof value === 'string') return true;
  const attribute = marshalled(value);
  const bytes = [attribute?.B, ...(attribute?.BS ?? [])].filter((one) => one !== undefined);
  return attribute !== undefined && bytes.every((one) => one instanceof Uint8Array) && !isMixed(value);
}

function marshalled(value: unknown): AttributeValue | undefined {
  try {
    return marshall({ value }, MARSHALL).value;
  } catch {
    return undefined;
  }
}

/** Members of a set are of the kind of its first one, whatever they are. */
const isMixed = (value: unknown): boolean =>
  value instanceof Set && new Set([...value].map((one) => typeof one)).size > 1;

function described(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof Set)
    return value.size === 0 ? 'an empty Set' : 'a Set of other things than one kind of text, number or bytes';
  return `a ${value.constructor.name}`;
}
