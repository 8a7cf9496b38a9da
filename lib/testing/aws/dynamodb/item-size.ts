import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './values.ts';

/** Largest item (DynamoDB quotas). */
export const MAX_ITEM_BYTES = 400 * 1024;

/** Bytes of an item as DynamoDB counts them (Developer Guide, "DynamoDB item sizes and formats"). */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, inner) => sum + 1 + valueBytes(inner), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.NS !== undefined) return 3 + value.NS.reduce((sum, inner) => sum + numberBytes(inner), 0);
  if (value.SS !== undefined) return 3 + value.SS.reduce((sum, inner) => sum + Buffer.byteLength(inner), 0);
  return value.BS === undefined ? 1 : 3 + value.BS.reduce((sum, inner) => sum + inner.length, 0);
}

const numberBytes = (text: string): number => Math.ceil(text.replace(/\D/g, '').length / 2) + 1;

/** A character is at most three bytes: small items, as nearly all are, need not be counted. */
const MOST_BYTES_A_CHARACTER = 3;

export const isTooLarge = (item: Item, maxBytes: number = MAX_ITEM_BYTES): boolean =>
  MOST_BYTES_A_CHARACTER * charactersOf(item) > maxBytes && itemBytes(item) > maxBytes;

/** At least as many as a third of the item's bytes. */
function charactersOf(item: Item): number {
  let characters = 0;
  for (const name in item) {
    const value = item[name] as AttributeValue;
    const text = value.S ?? value.N;
    characters += name.length + (text === undefined ? valueBytes(value) : text.length);
  }
  return characters;
}
