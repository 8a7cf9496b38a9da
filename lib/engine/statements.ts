import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ItemWrite } from '../contract/item-write.ts';
import type { JobItem } from '../contract/job-item.ts';
import type { Statement } from './writer.ts';

/** Values inside that are undefined are left out, as JSON does; a number beyond 2^53 is as exact as JavaScript has it.
 * Frozen: the document client writes into the options it is given, and takes a copy. */
export const MARSHALL = Object.freeze({ removeUndefinedValues: true, allowImpreciseNumbers: true } as const);

/** An item as DynamoDB answers it, in plain values; a number beyond 2^53 comes back as the one that was kept. */
export const toItem = (raw: Record<string, AttributeValue>): JobItem =>
  unmarshall(raw, { wrapNumbers: (text: string) => Number(text) }) as JobItem;

/** Marshals one attribute. */
export function toAttribute(value: unknown): AttributeValue {
  // Nearly all of an item's attributes; `marshall` does the same in ten times the time.
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  const { v } = marshall({ v: value }, MARSHALL);
  if (v === undefined) throw new TypeError('an attribute value must not be undefined');
  return v;
}

/**
 * One conditional write as one PartiQL statement. AND-only, every name quoted (`owner` and others are reserved words),
 * each attribute one parameter: the three forms that DynamoDB and both emulators read the same way.
 */
export function toStatement(table: string, write: ItemWrite): Statement {
  return write.kind === 'insert' ? insertion(table, write) : updating(table, write);
}

function insertion(table: string, { item }: ItemWrite & { kind: 'insert' }): Statement {
  const fields = Object.entries(item).filter(([, value]) => value !== undefined);
  return {
    text: `INSERT INTO "${table}" VALUE {${fields.map(([name]) => `'${name}': ?`).join(', ')}}`,
    parameters: fields.map(([, value]) => toAttribute(value)),
    item: item.id,
  };
}

function updating(table: string, write: ItemWrite & { kind: 'update' }): Statement {
  const set = Object.entries(write.set).filter(([, value]) => value !== undefined);
  const fence = Object.entries({ id: write.id, ...write.fence });
  const clauses = [
    ...set.map(([name]) => `SET "${name}" = ?`),
    ...write.remove.map((name) => `REMOVE "${name}"`),
    `WHERE ${[...fence.map(([name]) => `"${name}" = ?`), ...write.absent.map((name) => `"${name}" IS MISSING`)].join(' AND ')}`,
  ];
  return {
    text: `UPDATE "${table}" ${clauses.join(' ')}`,
    parameters: [...set, ...fence].map(([, value]) => toAttribute(value)),
    item: write.id,
    bulky: write.remove.includes('envelope'),
  };
}
