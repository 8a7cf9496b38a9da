import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { RESERVED_WORDS } from './reserved-words.ts';
import { invalid, type Tokens, UnknownFormError } from './tokens.ts';
import type { Item } from './values.ts';

/** What the placeholders of an expression stand for. */
export interface Placeholders {
  readonly names?: Record<string, string> | undefined;
  readonly values?: Item | undefined;
}

/** Where an attribute stands: its name, then names within maps and indexes of lists. */
export type Path = readonly [name: string, ...steps: Step[]];
type Step = string | number;

export function attributeName(token: string, { names }: Placeholders): string {
  if (!/^#?\w+$/.test(token) || /^\d/.test(token)) throw invalid(`"${token}" is no attribute`);
  if (!token.startsWith('#')) {
    if (!RESERVED_WORDS.has(token.toUpperCase())) return token;
    throw invalid(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
  }
  const name = names?.[token];
  if (name === undefined) throw invalid(`an expression attribute name used in expression is not defined: ${token}`);
  return name;
}

/** Reads a path: `a`, `a.#b[2].c`. @throws UnknownFormError for the name of a function */
export function readPath(reader: Tokens, placeholders: Placeholders): Path {
  const first = reader.next();
  // DynamoDB refuses functions that it does not know, but it may know some that stand nowhere here.
  if (reader.peek() === '(') throw new UnknownFormError(`the form ${first}(…)`, reader.text);
  const name = attributeName(first, placeholders);
  const steps: Step[] = [];
  for (let sign = reader.peek(); sign === '.' || sign === '['; sign = reader.peek()) {
    reader.next();
    steps.push(sign === '.' ? attributeName(reader.next(), placeholders) : readIndex(reader));
  }
  return [name, ...steps];
}

function readIndex(reader: Tokens): number {
  const index = reader.next();
  if (!/^\d+$/.test(index)) throw invalid(`"${index}" is no index of a list`);
  reader.expect(']');
  return Number(index);
}

/** The value at a path; undefined if there is none. */
export function valueAt(item: Item, [name, ...steps]: Path): AttributeValue | undefined {
  let value = item[name];
  for (const step of steps) value = typeof step === 'number' ? value?.L?.[step] : value?.M?.[step];
  return value;
}

/**
 * Writes or, without a value, removes what stands at a path. Maps and lists on the way are copied. A list keeps its
 * indexes until {@link closeGaps}.
 *
 * @param item is changed
 * @throws ValidationException if what holds it is not there, or is no map or list
 */
export function writeAt(item: Item, [name, ...steps]: Path, value: AttributeValue | undefined): void {
  const root = steps.length === 0 ? value : writtenIn(item[name], steps, value);
  if (root === undefined) delete item[name];
  else item[name] = root;
}

function writtenIn(
  holder: AttributeValue | undefined,
  [step, ...rest]: readonly Step[],
  value: AttributeValue | undefined,
): AttributeValue {
  if (typeof step === 'number' && holder?.L !== undefined) {
    const L = holder.L.slice();
    const inner = rest.length === 0 ? value : writtenIn(L[step], rest, value);
    if (inner === undefined) delete L[step];
    else L[step] = inner;
    return { L };
  }
  if (typeof step === 'string' && holder?.M !== undefined) {
    const M = { ...holder.M };
    writeAt(M, [step, ...rest], value);
    return { M };
  }
  throw invalid('the document path provided in the update expression is invalid for update');
}

/** Elements that were removed leave no gap, and those written beyond a list's end follow it. */
export function closeGaps(value: AttributeValue): AttributeValue {
  if (value.L !== undefined) return { L: value.L.filter((one) => one !== undefined).map(closeGaps) };
  if (value.M === undefined) return value;
  return { M: Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, closeGaps(inner)])) };
}

/** @throws ValidationException if two paths of one expression are of one value, or make one thing a map and a list */
export function checkApart(paths: readonly Path[], path: Path): void {
  for (const other of paths) {
    const differs = path.findIndex((step, i) => i >= other.length || step !== other[i]);
    const [mine, theirs] = [path[differs], other[differs]];
    if (differs === -1 || theirs === undefined) throw invalid(`two document paths overlap with each other: ${path[0]}`);
    if (typeof mine !== typeof theirs) throw invalid(`two document paths conflict with each other: ${path[0]}`);
  }
}
