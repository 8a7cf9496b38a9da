import type {
  GetItemCommand,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommand,
  PutItemCommandInput,
  PutItemCommandOutput,
  ScanCommand,
  ScanCommandInput,
  ScanCommandOutput,
  UpdateItemCommand,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { holds, type Item } from './expressions.ts';
import { awsError } from './faults.ts';
import { type MemoryTable, pick } from './memory-table.ts';
import { updated } from './update-expression.ts';

/** Calls beyond the engine's: those of an operator, a console, a test. */
export interface ItemCalls {
  send(command: GetItemCommand): Promise<GetItemCommandOutput>;
  send(command: PutItemCommand): Promise<PutItemCommandOutput>;
  send(command: UpdateItemCommand): Promise<UpdateItemCommandOutput>;
  send(command: ScanCommand): Promise<ScanCommandOutput>;
}

type Tables = (name: string | undefined) => MemoryTable;

/** GetItem: always consistent, always the whole item. */
export function getItem({ TableName, Key = {} }: GetItemCommandInput, tables: Tables): object {
  const found = tables(TableName).get(Key);
  return found === undefined ? {} : { Item: found };
}

/** PutItem, under its condition. */
export function putItem({ Item: item = {}, ...input }: PutItemCommandInput, tables: Tables): object {
  const table = tables(input.TableName);
  check(input, table.get(pick(item, table.key)));
  table.put(item);
  return {};
}

/** UpdateItem, under its condition: without one it creates the item. */
export function updateItem({ Key = {}, ...input }: UpdateItemCommandInput, tables: Tables): object {
  const table = tables(input.TableName);
  const old = table.get(Key);
  check(input, old);
  table.put(updated(input.UpdateExpression ?? '', { ...Key, ...old }, placeholders(input)));
  return {};
}

/** Scan, in pages of `Limit`; a filter leaves items out, after they were counted. */
export function scan(input: ScanCommandInput, tables: Tables): object {
  const table = tables(input.TableName);
  const all = table.items();
  const from = input.ExclusiveStartKey?.id?.S;
  const start = from === undefined ? 0 : all.findIndex(({ id }) => id?.S === from) + 1;
  const page = all.slice(start, start + (input.Limit ?? 1000));
  const more = start + page.length < all.length;
  const condition = input.FilterExpression;
  const Items = page.filter((item) => condition === undefined || holds(condition, item, placeholders(input)));
  const last = page.at(-1);
  return {
    ...{ Items, Count: Items.length, ScannedCount: page.length },
    ...(more && last !== undefined && { LastEvaluatedKey: pick(last, table.key) }),
  };
}

type Conditional = Pick<
  UpdateItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

const placeholders = ({
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
}: Pick<Conditional, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>) => ({ names, values });

function check(input: Conditional, old: Item | undefined): void {
  const condition = input.ConditionExpression;
  if (condition === undefined || holds(condition, old, placeholders(input))) return;
  throw awsError('ConditionalCheckFailedException', 'The conditional request failed');
}
