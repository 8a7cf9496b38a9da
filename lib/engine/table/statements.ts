import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttribute } from '../../aws/marshal.ts';
import type { ItemWrite } from '../../contract/protocol/item-write.ts';
import type { Statement } from '../calls/writes.ts';

/**
 * One conditional write as one PartiQL statement. AND-only, every name quoted (`owner` and others are reserved words),
 * each attribute one parameter: the three forms that DynamoDB and both emulators read the same way.
 */
export function toStatement(table: string, write: ItemWrite): Statement {
  return write.kind === 'insert' ? insertion(table, write) : updating(table, write);
}

function insertion(table: string, { item }: ItemWrite & { kind: 'insert' }): Statement {
  const parameters: AttributeValue[] = [];
  const names = bind(item, parameters);
  const text = once(`INSERT ${table} ${names.join()}`, () => {
    return `INSERT INTO "${table}" VALUE {${names.map((name) => `'${name}': ?`).join(', ')}}`;
  });
  return { text, parameters, item: item.id };
}

function updating(table: string, { id, set, fence, remove, absent }: ItemWrite & { kind: 'update' }): Statement {
  const parameters: AttributeValue[] = [];
  const changed = bind(set, parameters);
  parameters.push({ S: id });
  const fenced = bind(fence, parameters);
  const text = once(`UPDATE ${table} ${changed.join()} ${fenced.join()} ${remove.join()} ${absent.join()}`, () => {
    const conditions = [
      ...['id', ...fenced].map((name) => `"${name}" = ?`),
      ...absent.map((name) => `"${name}" IS MISSING`),
    ];
    const clauses = [...changed.map((name) => `SET "${name}" = ?`), ...remove.map((name) => `REMOVE "${name}"`)];
    return `UPDATE "${table}" ${clauses.join(' ')} WHERE ${conditions.join(' AND ')}`;
  });
  return { text, parameters, item: id, bulky: remove.includes('envelope') || remove.includes('outbox') };
}

/** Adds an attribute for each value that is there. @returns their names */
function bind(values: object, parameters: AttributeValue[]): string[] {
  const names: string[] = [];
  for (const name of Object.keys(values)) {
    const value = (values as Record<string, unknown>)[name];
    if (value === undefined) continue;
    names.push(name);
    parameters.push(toAttribute(value));
  }
  return names;
}

/** Texts by their shape, which is of attribute names alone: there are some dozens, and each is put together once. */
const texts = new Map<string, string>();

function once(shape: string, write: () => string): string {
  let text = texts.get(shape);
  if (text === undefined) {
    text = write();
    texts.set(shape, text);
  }
  return text;
}
