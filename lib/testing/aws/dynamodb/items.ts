import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { holds } from './expressions.ts';
import { checkAllUsed, conditionFailed, type DynamoDbCommand, placeholdersOf, validation } from './service.ts';
import { type MemoryTable, pick, projected } from './table.ts';
import { updated } from './update-expression.ts';
import { type Item, same } from './values.ts';

const get: DynamoDbCommand<GetItemCommandInput> = (input, table) => {
  checkAllUsed(input, [input.ProjectionExpression]);
  const from = table(input.TableName);
  const key = checkedKey(input.Key, from);
  const found = input.ConsistentRead ? from.get(key) : from.getEventually(key);
  return found === undefined ? {} : { Item: projected(found, input) };
};

const put: DynamoDbCommand<PutItemCommandInput> = (input, table) => {
  checkAllUsed(input, [input.ConditionExpression]);
  const { Item: item = {}, ReturnValues = 'NONE' } = input;
  const into = table(input.TableName);
  const old = checked(input, into.get(item));
  into.put(item);
  return returned(ReturnValues, { old, after: item });
};

const remove: DynamoDbCommand<DeleteItemCommandInput> = (input, table) => {
  checkAllUsed(input, [input.ConditionExpression]);
  const from = table(input.TableName);
  const key = checkedKey(input.Key, from);
  const old = checked(input, from.get(key));
  from.delete(key);
  return returned(input.ReturnValues ?? 'NONE', { old, after: {} });
};

/** UpdateItem makes the item if there is none. */
const update: DynamoDbCommand<UpdateItemCommandInput> = (input, table) => {
  checkAllUsed(input, [input.ConditionExpression, input.UpdateExpression]);
  const of = table(input.TableName);
  const key = checkedKey(input.Key, of);
  const old = checked(input, of.get(key));
  const after = updated(input.UpdateExpression ?? '', { ...key, ...old }, placeholdersOf(input));
  checkKeyUnchanged(key, after);
  of.put(after);
  return returned(input.ReturnValues ?? 'NONE', { old, after });
};

/** @throws ValidationException unless these are the attributes of the key, all of them and no other */
function checkedKey(key: Item | undefined, { key: names }: MemoryTable): Item {
  const isKey = Object.keys(key ?? {}).length === names.length && names.every((name) => key?.[name] !== undefined);
  if (key === undefined || !isKey) throw validation('The provided key element does not match the schema');
  return key;
}

export function checkKeyUnchanged(key: Item, after: Item): void {
  for (const [name, value] of Object.entries(key)) {
    const now = after[name];
    if (now !== undefined && same(now, value)) continue;
    const reason = `Cannot update attribute ${name}. This attribute is part of the key`;
    throw validation(`One or more parameter values were invalid: ${reason}`);
  }
}

type Conditional = Pick<
  PutItemCommandInput,
  | 'ConditionExpression'
  | 'ReturnValuesOnConditionCheckFailure'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
>;

/** @returns the item as it stands, if its condition holds */
function checked(input: Conditional, old: Item | undefined): Item | undefined {
  const { ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: shows } = input;
  if (condition === undefined || holds(condition, old, placeholdersOf(input))) return old;
  throw conditionFailed(shows === 'ALL_OLD' ? old : undefined);
}

function returned(what: string, { old, after }: { old: Item | undefined; after: Item }): object {
  const changed = () =>
    Object.keys({ ...old, ...after }).filter((name) => {
      const [before, now] = [old?.[name], after[name]];
      return before === undefined || now === undefined || !same(before, now);
    });
  const values: Record<string, () => Item | undefined> = {
    NONE: () => undefined,
    ALL_OLD: () => old,
    ALL_NEW: () => after,
    UPDATED_OLD: () => pick(old ?? {}, changed()),
    UPDATED_NEW: () => pick(after, changed()),
  };
  const Attributes = values[what]?.();
  return Attributes === undefined || Object.keys(Attributes).length === 0 ? {} : { Attributes };
}

/** What is done with one item. */
export const ITEM_COMMANDS = { GetItem: get, PutItem: put, UpdateItem: update, DeleteItem: remove };
