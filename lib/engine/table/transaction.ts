import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { isTransient } from '../../aws/errors.ts';
import { toItem } from '../../aws/marshal.ts';
import { WriteConditionError, WriteRefusedError } from '../../contract/errors.ts';
import type { ItemUpdate } from '../../contract/protocol/item-write.ts';
import { WriteError } from '../calls/writes.ts';
import { backoffMs, sleep } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { TransactWrite } from '../job-context.ts';
import type { Settled } from './job-store.ts';

/** A transaction holds 100 items (DynamoDB quotas); one is the job's own. */
export const MAX_WRITES = 99;
const MAX_TRIES = 8;
/** Reasons that may pass: somebody else's transaction, or too many writes at once. */
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded'];

/**
 * Writes of the user's and one of the job's own item, all or none (rows S2, S3).
 *
 * @returns as a fenced write does; `refused` if the job's own condition failed (which is looked at first: it may be a
 *          lost reply)
 * @throws WriteConditionError naming the user's writes whose own conditions failed; nothing was written
 * @throws WriteRefusedError if DynamoDB refused it otherwise; nothing was written
 * @throws WriteError if DynamoDB did not answer: it may have been written
 */
export async function transact(own: ItemUpdate, writes: readonly TransactWrite[], engine: Engine): Promise<Settled> {
  const command = new TransactWriteCommand({
    // The same for every try of this transaction, so that a repeat after a lost reply succeeds; and for no other one:
    // DynamoDB refuses a token that comes back with other writes.
    ClientRequestToken: engine.nonce(),
    TransactItems: [{ Update: ownUpdate(own, engine.jobsTable) }, ...writes],
  });
  for (let tries = 1; ; tries++) {
    try {
      await engine.documents.send(command);
      return { kind: 'written' };
    } catch (error) {
      const reasons = cancellation(error);
      const verdict = reasons && judged(reasons, error);
      if (verdict !== undefined) return verdict;
      const passes = reasons === undefined ? isTransient(error) : reasons.some(isPassing);
      if (tries === MAX_TRIES || !passes) throw gaveUp(error, { certain: reasons !== undefined || !passes });
      await sleep(engine.clock, backoffMs(tries, engine.random));
    }
  }
}

/** A cancelled or refused transaction wrote nothing; one without an answer may have. */
function gaveUp(cause: unknown, { certain }: { certain: boolean }): Error {
  const message = `DynamoDB did not take the transaction: ${cause instanceof Error ? cause.message : String(cause)}`;
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

const isPassing = ({ Code }: CancellationReason) => PASSING.includes(Code ?? '');

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
