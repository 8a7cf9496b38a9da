import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { awsError } from '../faults.ts';
import { shortNumber } from './decimal.ts';

type Item = Record<string, AttributeValue>;

/** As nearly every number is that JavaScript writes: nothing to do. */
const SHORT = /^(0|-?[1-9]\d{0,15})$/;

/**
 * An item as it is kept: every number written as short as can be, `1.50` as `1.5`.
 *
 * @throws ValidationException for a number of more than 38 digits, or none; for a set that is empty, or has an element twice
 */
export function withShortNumbers(item: Item): Item {
  if (!mayBeLonger(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, shortened(value)]));
}

function mayBeLonger(item: Item): boolean {
  for (const name in item) {
    const { S, N, M, L, NS, SS, BS } = item[name] as AttributeValue;
    if (S === undefined && (M ?? L ?? NS ?? SS ?? BS ?? (N !== undefined && !SHORT.test(N)))) return true;
  }
  return false;
}

export function shortened(value: AttributeValue): AttributeValue {
  if (value.N !== undefined) return { N: shortNumber(value.N) };
  if (value.M !== undefined) return { M: withShortNumbers(value.M) };
  if (value.L !== undefined) return { L: value.L.map(shortened) };
  if (value.NS !== undefined) return { NS: distinct(value.NS.map(shortNumber)) };
  distinct(value.SS ?? value.BS?.map((bytes) => Buffer.from(bytes).toString('base64')));
  return value;
}

function distinct<Elements extends readonly string[] | undefined>(elements: Elements): Elements {
  if (elements === undefined) return elements;
  const what = elements.length === 0 ? 'A set may not be empty' : 'Input collection contains duplicates';
  if (elements.length > 0 && new Set(elements).size === elements.length) return elements;
  throw awsError('ValidationException', `One or more parameter values were invalid: ${what}`);
}
