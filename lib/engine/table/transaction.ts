import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { isTransient } from '../../aws/errors.ts';
import { toItem } from '../../aws/marshal.ts';
import type { DynamoDbDocuments } from '../../aws/ports.ts';
import { WriteConditionError, WriteRefusedError } from '../../contract/errors.ts';
import type { ItemUpdate, Settled } from '../../contract/protocol/item-write.ts';
import { messageOf } from '../../contract/thrown.ts';
import { WriteError } from '../calls/writes.ts';
import { backoffMs, type Clock, sleep } from '../clock.ts';
import type { TransactWrite } from '../job-context.ts';

/** A transaction holds 100 items (DynamoDB quotas); one is the job's own. */
const MAX_WRITES = 99;
const MAX_TRIES = 8;
/** Reasons that are transient: another transaction at the same time, or too many writes at once. */
const TRANSIENT = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded'];

export interface TransactionDeps {
  readonly documents: DynamoDbDocuments;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Never the same twice, in any process. */
  readonly nonce: () => string;
}

/** A write of a job's own item and the user's writes beside it. */
export interface Transaction {
  readonly own: ItemUpdate;
  readonly writes: readonly TransactWrite[];
}

/**
 * Writes a job's own item and the user's writes in one transaction: all or none (rows `committed`, `checkpointed`).
 *
 * @returns as a fenced write does. `refused` if the job's own condition failed, whatever else did: it may be the
 *          repetition of a transaction whose reply was lost
 * @throws WriteConditionError naming the user's writes whose own conditions failed; nothing was written
 * @throws WriteRefusedError if DynamoDB refused it otherwise; nothing was written
 * @throws WriteError if DynamoDB did not answer: it may have been written
 */
export async function transact(table: string, { own, writes }: Transaction, deps: TransactionDeps): Promise<Settled> {
  const command = new TransactWriteCommand({
    // The same for every try, so that the repetition after a lost reply succeeds. Another transaction needs another
    // one: DynamoDB refuses a token that comes back with other writes.
    ClientRequestToken: deps.nonce(),
    TransactItems: [{ Update: ownUpdate(own, table) }, ...writes],
  });
  for (let tries = 1; ; tries++) {
    try {
      await deps.documents.send(command);
      return { kind: 'written' };
    } catch (error) {
      const reasons = cancellation(error);
      const verdict = reasons && judged(reasons, error);
      if (verdict !== undefined) return verdict;
      const mayRetry = reasons === undefined ? isTransient(error) : reasons.some(isTransientReason);
      if (tries === MAX_TRIES || !mayRetry) throw gaveUp(error, { certain: reasons !== undefined || !mayRetry });
      await sleep(deps.clock, backoffMs(tries, deps.random));
    }
  }
}

/** @throws RangeError if there are too many writes, or one is for the job's own item */
export function checkWrites(table: string, id: string, writes: readonly TransactWrite[]): void {
  if (writes.length > MAX_WRITES) {
    throw new RangeError(
      `a transaction holds ${MAX_WRITES} writes beside the job's own (DynamoDB quota), got ${writes.length}`,
    );
  }
  const index = writes.findIndex(({ Put, Update, Delete, ConditionCheck }) => {
    const write = Put ?? Update ?? Delete ?? ConditionCheck;
    const key = Put !== undefined ? Put.Item : (Update ?? Delete ?? ConditionCheck)?.Key;
    // A table may also be named by its ARN, which ends in its name.
    return write?.TableName?.endsWith(table) === true && key?.id === id;
  });
  if (index >= 0) throw new RangeError(`write ${index} is for the job's own item, which only the engine writes`);
}

/** A cancelled or refused transaction wrote nothing; one without an answer may have. */
function gaveUp(cause: unknown, { certain }: { certain: boolean }): Error {
  const message = `DynamoDB did not take the transaction: ${messageOf(cause)}`;
  return certain ? new WriteRefusedError(message, { cause }) : new WriteError(message, { cause });
}

/** The job's own write refused, or one of the user's; undefined if neither. */
function judged([own, ...theirs]: CancellationReason[], cause: unknown): Settled | undefined {
  if (own?.Code === 'ConditionalCheckFailed') {
    return { kind: 'refused', item: own.Item && toItem(own.Item) };
  }
  const indexes = theirs.flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : []));
  if (indexes.length > 0) throw new WriteConditionError(indexes, { cause });
  return undefined;
}

const isTransientReason = ({ Code }: CancellationReason) => TRANSIENT.includes(Code ?? '');

function cancellation(error: unknown): CancellationReason[] | undefined {
  const { name, CancellationReasons } = (error ?? {}) as { name?: unknown; CancellationReasons?: unknown };
  if (name !== 'TransactionCanceledException' || !Array.isArray(CancellationReasons)) return undefined;
  return CancellationReasons;
}

function ownUpdate({ id, set, remove, fence, absent }: ItemUpdate, TableName: string) {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const equal =
    (prefix: string) =>
    ([attribute, value]: [string, unknown]) => {
      values[`:${prefix}_${attribute}`] = value;
      return `${name(attribute)} = :${prefix}_${attribute}`;
    };
  const sets = Object.entries(set)
    .filter(([, value]) => value !== undefined)
    .map(equal('set'));
  const removes = remove.length > 0 ? ` REMOVE ${remove.map(name).join(', ')}` : '';
  const conditions = [
    ...Object.entries(fence).map(equal('is')),
    ...absent.map((attribute) => `attribute_not_exists(${name(attribute)})`),
  ];
  return {
    TableName,
    Key: { id },
    UpdateExpression: `SET ${sets.join(', ')}${removes}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}
