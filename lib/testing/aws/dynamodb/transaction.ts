import type { CancellationReason, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../engine/clock.ts';
import { awsError, type Fault, partlyHit } from '../faults.ts';
import { holds } from './expressions.ts';
import { checkKeyUnchanged } from './items.ts';
import { CONDITION_FAILED, checkAllUsed, placeholdersOf, type Tables, validation } from './service.ts';
import { ITEM_TOO_LARGE, type MemoryTable, pick } from './table.ts';
import { updated } from './update-expression.ts';
import { canonical, type Item } from './values.ts';

/** How long a ClientRequestToken is remembered (DynamoDB API reference, TransactWriteItems). */
export const TOKEN_MS = 10 * 60_000;
export const MAX_ITEMS = 100;

type Write = NonNullable<TransactWriteItemsCommandInput['TransactItems']>[number];

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
  readonly table: Tables;
}

/** TransactWriteItems: all writes or none, once per token. */
export function makeTransactions({ clock, table }: TransactionDeps) {
  const seen = new Map<string, { content: string; atMs: number }>();
  return (input: TransactWriteItemsCommandInput, fault: Fault | undefined): object => {
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
  throw validation(`Member must have length less than or equal to ${MAX_ITEMS}`);
}

function checkDistinct(weighed: readonly Weighed[]): void {
  const targets = new Set(weighed.map(({ table, key }) => canonical([table.name, key])));
  if (targets.size === weighed.length) return;
  throw validation('Transaction request cannot include multiple operations on one item');
}

function weigh(write: Write, tables: Tables, injected: string | undefined): Weighed {
  const { Put, Update, Delete, ConditionCheck } = write;
  const change = Put ?? Update ?? Delete ?? ConditionCheck;
  if (change === undefined) throw validation('a write is Put, Update, Delete or ConditionCheck');
  const table = tables(change.TableName);
  const key = pick(Put?.Item ?? (change as { Key?: Item }).Key ?? {}, table.key);
  const old = table.get(key);
  const placeholders = placeholdersOf(change);
  checkAllUsed(change, [change.ConditionExpression, Update?.UpdateExpression]);
  if (injected !== undefined) return { table, key, after: 'unchanged', reason: { Code: injected } };
  const condition = change.ConditionExpression;
  if (condition !== undefined && !holds(condition, old, placeholders)) {
    const shown = change.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined ? { Item: old } : {};
    const reason = { Code: 'ConditionalCheckFailed', Message: CONDITION_FAILED, ...shown };
    return { table, key, after: 'unchanged', reason };
  }
  const after = afterwards(write, { ...key, ...old }, placeholders);
  if (typeof after === 'object') checkKeyUnchanged(key, after);
  const tooLarge = typeof after === 'object' && table.refuses(after);
  const reason = tooLarge ? { Code: 'ValidationError', Message: ITEM_TOO_LARGE } : { Code: 'None' };
  return { table, key, after, reason };
}

function afterwards(
  { Put, Update, ConditionCheck }: Write,
  before: Item,
  placeholders: Parameters<typeof updated>[2],
): Weighed['after'] {
  if (ConditionCheck !== undefined) return 'unchanged';
  if (Put !== undefined) return Put.Item ?? {};
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
