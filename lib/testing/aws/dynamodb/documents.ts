import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { MARSHALL } from '../../../aws/marshal.ts';
import type { Call } from '../faults.ts';
import type { Item } from './values.ts';

/** The document client's commands, and the ones that they stand for. */
const COMMANDS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Query: 'Query',
  Scan: 'Scan',
  BatchGet: 'BatchGetItem',
  TransactWrite: 'TransactWriteItems',
};

/** Members whose entries are attributes. */
const ATTRIBUTES = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey', 'LastEvaluatedKey', 'Attributes'];
const LISTS = ['Items', 'Keys'];

/** A call of the document client in attribute-value form. */
export function toItems({ name, input }: Call): Call {
  const command = COMMANDS[name];
  if (command === undefined) throw new TypeError(`the in-memory DynamoDB's document client does not know ${name}`);
  return { name: command, input: converted(input, (attributes) => marshall(attributes, MARSHALL)) };
}

/** A reply in plain values. */
export function toDocuments(reply: object): object {
  const { Responses, ...rest } = reply as { Responses?: Record<string, Item[]> };
  const plain = (attributes: object) => unmarshall(attributes as Item);
  const tables = Object.entries(Responses ?? {}).map(([table, items]) => [table, items.map(plain)]);
  return { ...(converted(rest, plain) as object), ...(Responses && { Responses: Object.fromEntries(tables) }) };
}

function converted(value: unknown, convert: (attributes: object) => object): unknown {
  if (Array.isArray(value)) return value.map((one) => converted(one, convert));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (ATTRIBUTES.includes(name) && inner !== undefined) return [name, convert(inner as object)];
      if (LISTS.includes(name) && Array.isArray(inner)) return [name, inner.map((one: object) => convert(one))];
      return [name, converted(inner, convert)];
    }),
  );
}
