import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Clock } from '../engine/clock.ts';
import { MARSHALL } from '../engine/statements.ts';
import { canonical, holds, type Item } from './expressions.ts';
import { awsError, type Fault, partlyHit } from './faults.ts';
import { itemBytes, MAX_ITEM_BYTES } from './item-size.ts';
import { ITEM_TOO_LARGE, type MemoryTable, pick } from './memory-table.ts';
import { updated } from './update-expression.ts';

/** How long a ClientRequestToken is remembered (DynamoDB API reference, TransactWriteItems). */
const TOKEN_MS = 10 * 60_000;
const MAX_ITEMS = 100;

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write, read and weighed: what it would do, or why not. */
interface Weighed {
  readonly table: MemoryTable;
  readonly key: Item;
  /** The item afterwards; `unchanged` for a check, undefined for a deletion. */
  readonly after: Item | 'unchanged' | undefined;
  readonly reason: CancellationReason;
}

export interface TransactionDeps {
  readonly clock: Clock;
  readonly table: (name: string | undefined) => MemoryTable;
}

/** TransactWriteItems: all writes or none, once per token. */
export function makeTransactions({ clock, table }: TransactionDeps) {
  const seen = new Map<string, { content: string; atMs: number }>();
  return (input: TransactWriteCommandInput, fault: Fault | undefined): object => {
    const { TransactItems: writes = [], ClientRequestToken: token } = input;
    checkCount(writes);
    const content = canonical(writes);
    const earlier = token === undefined ? undefined : seen.get(token);
    if (earlier !== undefined && clock.now() - earlier.atMs < TOKEN_MS) {
      if (earlier.content === content) return {};
      throw awsError('IdempotentParameterMismatchException', 'The token was used with other parameters');
    }
    const weighed = writes.map((write, i) => weigh(write, table, partlyHit(fault, i)?.code));
    checkDistinct(weighed);
    cancelUnlessAllHold(weighed);
    for (const one of weighed) carryOut(one);
    if (token !== undefined) seen.set(token, { content, atMs: clock.now() });
    return {};
  };
}

function checkCount(writes: readonly Write[]): void {
  if (writes.length >= 1 && writes.length <= MAX_ITEMS) return;
  throw awsError('ValidationException', `Member must have length less than or equal to ${MAX_ITEMS}`);
}

function checkDistinct(weighed: readonly Weighed[]): void {
  const targets = new Set(weighed.map(({ table, key }) => canonical([table.name, key])));
  if (targets.size === weighed.length) return;
  throw awsError('ValidationException', 'Transaction request cannot include multiple operations on one item');
}

function weigh(write: Write, tables: TransactionDeps['table'], injected: string | undefined): Weighed {
  const { Put, Update, Delete, ConditionCheck } = write;
  const change = Put ?? Update ?? Delete ?? ConditionCheck;
  if (change === undefined) throw awsError('ValidationException', 'a write is Put, Update, Delete or ConditionCheck');
  const table = tables(change.TableName);
  const key = pick(marshall(Put?.Item ?? (change as { Key?: object }).Key ?? {}, MARSHALL), table.key);
  const old = table.get(key);
  const placeholders = {
    names: change.ExpressionAttributeNames,
    values: marshall(change.ExpressionAttributeValues ?? {}, MARSHALL),
  };
  if (injected !== undefined) return { table, key, after: 'unchanged', reason: { Code: injected } };
  const condition = change.ConditionExpression;
  if (condition !== undefined && !holds(condition, old, placeholders)) {
    const shown = change.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined ? { Item: old } : {};
    const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...shown };
    return { table, key, after: 'unchanged', reason };
  }
  const after = afterwards(write, { ...key, ...old }, placeholders);
  const tooLarge = typeof after === 'object' && itemBytes(after) > MAX_ITEM_BYTES;
  const reason = tooLarge ? { Code: 'ValidationError', Message: ITEM_TOO_LARGE } : { Code: 'None' };
  return { table, key, after, reason };
}

function afterwards(
  { Put, Update, ConditionCheck }: Write,
  before: Item,
  placeholders: Parameters<typeof updated>[2],
): Weighed['after'] {
  if (ConditionCheck !== undefined) return 'unchanged';
  if (Put !== undefined) return marshall(Put.Item ?? {}, MARSHALL);
  return Update === undefined ? undefined : updated(Update.UpdateExpression ?? '', before, placeholders);
}

function cancelUnlessAllHold(weighed: readonly Weighed[]): void {
  const CancellationReasons = weighed.map(({ reason }) => reason);
  const codes = CancellationReasons.map(({ Code }) => Code);
  if (codes.every((code) => code === 'None')) return;
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  throw Object.assign(awsError('TransactionCanceledException', message), { CancellationReasons });
}

function carryOut({ table, key, after }: Weighed): void {
  if (after === undefined) table.delete(key);
  else if (after !== 'unchanged') table.put(after);
}
