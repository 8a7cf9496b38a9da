import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/**
 * How items are written: nested values that are undefined are left out, as JSON does; a number beyond 2^53 is as exact as
 * JavaScript has it. Frozen, because the document client writes into the options it is given: it gets a copy.
 */
export const MARSHALL = Object.freeze({ removeUndefinedValues: true, allowImpreciseNumbers: true } as const);

/** An item as DynamoDB answers it, in plain values. A number beyond 2^53 comes back as the one that was kept. */
export const toItem = <Item>(raw: Record<string, AttributeValue>): Item =>
  unmarshall(raw, { wrapNumbers: (text: string) => Number(text) }) as Item;

/** Marshals one attribute. @throws TypeError if the value is undefined */
export function toAttribute(value: unknown): AttributeValue {
  // Nearly all of an item's attributes; `marshall` does the same in ten times the time.
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  const { v } = marshall({ v: value }, MARSHALL);
  if (v === undefined) throw new TypeError('an attribute value must not be undefined');
  return v;
}
