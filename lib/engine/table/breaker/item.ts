import { BatchGetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { errorName } from '../../../aws/errors.ts';
import { toAttribute, toItem } from '../../../aws/marshal.ts';
import { breakerExpressions } from '../../../contract/protocol/breaker-expressions.ts';
import type { BreakerItem, BreakerWrite } from '../../../contract/protocol/breaker-item.ts';
import { TABLE_TRIES } from '../../calls/call-time.ts';
import { ReadError } from '../../calls/reads.ts';
import { WriteError, type WriterDeps } from '../../calls/writes.ts';
import type { Clock } from '../../clock.ts';

/** A breaker's item as it stood at a time. */
export interface Known {
  /** Undefined if there was none. */
  readonly item: BreakerItem | undefined;
  /** It was not older then, epoch ms. */
  readonly atMs: number;
}

/** The item of one job type's breaker, in the jobs table. */
export interface BreakerTable {
  /** Reads it consistently. @throws ReadError if the table did not answer */
  read(): Promise<Known>;
  /**
   * @returns whether it was written, and the item: afterwards, or as the refusal found it
   * @throws WriteError if the table did not answer: it may have been written
   */
  write(write: BreakerWrite): Promise<{ readonly written: boolean; readonly item: BreakerItem | undefined }>;
}

export interface BreakerTableDeps extends WriterDeps {
  readonly table: string;
  readonly clock: Clock;
}

export function makeBreakerTable(id: string, { table, clock, dynamoDb, callTime }: BreakerTableDeps): BreakerTable {
  const Key = { id: { S: id } };
  const ask = async (): Promise<Known> => {
    const atMs = clock.now();
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [Key], ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await dynamoDb.send(command);
    const [raw] = Responses?.[table] ?? [];
    if (raw !== undefined) return { item: toItem(raw), atMs };
    if (UnprocessedKeys?.[table] !== undefined) throw unprocessed();
    return { item: undefined, atMs };
  };
  return {
    async read() {
      try {
        return await callTime.call(ask, TABLE_TRIES);
      } catch (cause) {
        throw new ReadError('DynamoDB did not answer the read of the circuit breaker', { cause });
      }
    },
    async write(write) {
      const { values, ...expressions } = breakerExpressions(write);
      const command = new UpdateItemCommand({
        ...{ TableName: table, Key, ...expressions },
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, toAttribute(value)]),
        ),
        ...{ ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      });
      try {
        const { Attributes } = await callTime.call(() => dynamoDb.send(command), TABLE_TRIES);
        return { written: true, item: Attributes && toItem(Attributes) };
      } catch (cause) {
        if (errorName(cause) !== 'ConditionalCheckFailedException')
          throw new WriteError('DynamoDB did not take the write of the circuit breaker', { cause });
        const { Item } = cause as { readonly Item?: Parameters<typeof toItem>[0] };
        return { written: false, item: Item && toItem(Item) };
      }
    },
  };
}

/** DynamoDB throttled the one key: as if it had thrown so. */
const unprocessed = () => Object.assign(new Error('its key stayed unprocessed'), { name: 'ThrottlingException' });
