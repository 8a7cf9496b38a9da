import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '../../aws/documents.ts';
import { type CallFault, faultOf } from '../../aws/errors.ts';
import { findUnfit, toItem } from '../../aws/marshal.ts';
import type { DynamoDbDocuments } from '../../aws/ports.ts';
import { WriteConditionError, WriteRefusedError } from '../../contract/errors.ts';
import type { ItemUpdate, Settled } from '../../contract/protocol/item-write.ts';
import { messageOf } from '../../contract/thrown.ts';
import { type CallTime, TABLE_TRIES } from '../calls/call-time.ts';
import { WriteError } from '../calls/writes.ts';
import type { TransactWrite } from '../job-context.ts';

/** A transaction holds 100 items (DynamoDB quotas); one is the job's own. */
export const MAX_WRITES = 99;
/** Reasons that are transient: another transaction at the same time, or too many writes at once. */
export const TRANSIENT = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
];

export interface TransactionDeps {
  readonly documents: DynamoDbDocuments;
  readonly callTime: CallTime;
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
export async function transact(
  table: string,
  { own, writes }: Transaction,
  { documents, callTime, nonce }: TransactionDeps,
): Promise<Settled> {
  const command = new TransactWriteCommand({
    // The same for every try, so that the repetition after a lost reply succeeds. Another transaction needs another
    // one: DynamoDB refuses a token that comes back with other writes.
    ClientRequestToken: nonce(),
    TransactItems: [{ Update: ownUpdate(own, table) }, ...writes],
  });
  // A try that had no answer may have been carried out, whatever the ones after it met.
  let maybeDone = false;
  for (let tries = 1; ; tries++) {
    try {
      await callTime.within(() => documents.send(command));
      return { kind: 'written' };
    } catch (error) {
      const reasons = cancellation(error);
      const verdict = reasons && judged(reasons, error);
      if (verdict !== undefined) return verdict;
      const fault = reasons === undefined ? faultOf(error) : cancelled(reasons);
      maybeDone ||= fault.maybeDone;
      const mayRetry = fault.isTransient && tries < TABLE_TRIES && (await callTime.pause(tries));
      if (!mayRetry) throw gaveUp(error, { maybeDone });
    }
  }
}

/** What is checked of writes before they are staged or sent. */
export interface WritesToCheck {
  readonly writes: readonly TransactWrite[];
  /** Writes of the same transaction that were checked before. @default 0 */
  readonly staged?: number;
}

/**
 * Checks writes where the handler hands them over, so that its own stack names what is wrong.
 *
 * @throws RangeError if there are too many, or one is for the job's own item
 * @throws TypeError if one is no write, or holds a value that DynamoDB cannot keep
 */
export function checkWrites(table: string, id: string, { writes, staged = 0 }: WritesToCheck): void {
  const count = staged + writes.length;
  if (count > MAX_WRITES) {
    throw new RangeError(
      `a transaction holds ${MAX_WRITES} writes beside the job's own (DynamoDB quota), got ${count}`,
    );
  }
  for (const [i, write] of writes.entries()) checkWrite(write, `write ${staged + i}`, { table, id });
}

const KINDS = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const;

function checkWrite(write: TransactWrite, what: string, own: { readonly table: string; readonly id: string }): void {
  const kinds = KINDS.filter((one) => write?.[one] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new TypeError(`${what} must be one of ${KINDS.join(', ')}`);
  const { TableName, ExpressionAttributeValues, ...rest } = write[kind] as Partial<WriteFields>;
  const name = kind === 'Put' ? 'Item' : 'Key';
  const attributes = rest[name];
  if (typeof attributes !== 'object' || attributes === null) throw new TypeError(`${what}: ${kind} has no ${name}`);
  // A table may also be named by its ARN, which ends in its name.
  if (typeof TableName === 'string' && TableName.endsWith(own.table) && attributes.id === own.id)
    throw new RangeError(`${what} is for the job's own item, which only the engine writes`);
  const unfit =
    findUnfit(attributes, `${what}: ${kind}.${name}`) ??
    findUnfit(ExpressionAttributeValues, `${what}: ${kind}.ExpressionAttributeValues`);
  if (unfit !== undefined) throw new TypeError(unfit);
}

interface WriteFields {
  readonly TableName: unknown;
  readonly Item: Record<string, unknown>;
  readonly Key: Record<string, unknown>;
  readonly ExpressionAttributeValues: unknown;
}

/** A transaction that was cancelled, refused, throttled or never sent wrote nothing; one without an answer may have. */
function gaveUp(cause: unknown, { maybeDone }: { maybeDone: boolean }): Error {
  const message = `DynamoDB did not take the transaction: ${messageOf(cause)}`;
  return maybeDone ? new WriteError(message, { cause }) : new WriteRefusedError(message, { cause });
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

const cancelled = (reasons: readonly CancellationReason[]): CallFault => ({
  isTransient: reasons.some(({ Code }) => TRANSIENT.includes(Code ?? '')),
  maybeDone: false,
});

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
