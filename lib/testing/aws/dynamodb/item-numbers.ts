import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { shortNumber } from './decimal.ts';
import type { Item } from './values.ts';

/** As nearly every number is that JavaScript writes: nothing to do. */
const SHORT = /^(0|-?[1-9]\d{0,15})$/;

/**
 * An item as it is kept: every number written as short as can be, `1.50` as `1.5`.
 *
 * @throws ValidationException for a number of more than 38 digits, or none
 */
export function withShortNumbers(item: Item): Item {
  if (!mayBeLonger(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, shortened(value)]));
}

function mayBeLonger(item: Item): boolean {
  for (const name in item) {
    const { S, N, M, L, NS } = item[name] as AttributeValue;
    if (S === undefined && (M ?? L ?? NS ?? (N !== undefined && !SHORT.test(N)))) return true;
  }
  return false;
}

export function shortened(value: AttributeValue): AttributeValue {
  if (value.N !== undefined) return { N: shortNumber(value.N) };
  if (value.M !== undefined) return { M: withShortNumbers(value.M) };
  if (value.L !== undefined) return { L: value.L.map(shortened) };
  return value.NS === undefined ? value : { NS: value.NS.map(shortNumber) };
}
