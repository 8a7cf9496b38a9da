import { BatchGetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { errorName, isTransient } from '../../aws/errors.ts';
import { toAttribute, toItem } from '../../aws/marshal.ts';
import { breakerExpressions } from '../../contract/protocol/breaker-expressions.ts';
import type { BreakerItem, BreakerWrite } from '../../contract/protocol/breaker-item.ts';
import { TABLE_TRIES } from '../calls/call-time.ts';
import { ReadError } from '../calls/reads.ts';
import { WriteError, type WriterDeps } from '../calls/writes.ts';

/** The item of one job type's breaker, in the jobs table. */
export interface BreakerTable {
  /** As it stands, read consistently; undefined if there is none. @throws ReadError if the table did not answer */
  read(): Promise<BreakerItem | undefined>;
  /**
   * @returns whether it was written, and the item: afterwards, or as the refusal found it
   * @throws WriteError if the table did not answer: it may have been written
   */
  write(write: BreakerWrite): Promise<{ readonly written: boolean; readonly item: BreakerItem | undefined }>;
}

export function makeBreakerTable(table: string, id: string, { dynamoDb, callTime }: WriterDeps): BreakerTable {
  const Key = { id: { S: id } };
  return {
    async read() {
      try {
        for (let tries = 1; ; tries++) {
          const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [Key], ConsistentRead: true } } });
          const { Responses, UnprocessedKeys } = await callTime.call(() => dynamoDb.send(command), TABLE_TRIES);
          const [raw] = Responses?.[table] ?? [];
          if (raw !== undefined) return toItem<BreakerItem>(raw);
          if (UnprocessedKeys?.[table] === undefined) return undefined;
          if (tries >= TABLE_TRIES || !(await callTime.pause(tries))) throw new ReadError('its key stayed unprocessed');
        }
      } catch (cause) {
        throw new ReadError('DynamoDB did not answer the read of the circuit breaker', { cause });
      }
    },
    async write(write) {
      const { values, ...expressions } = breakerExpressions(write);
      const marshalled = Object.entries(values).map(([name, value]) => [name, toAttribute(value)] as const);
      const command = new UpdateItemCommand({
        ...{ TableName: table, Key, ...expressions },
        ...(marshalled.length > 0 && { ExpressionAttributeValues: Object.fromEntries(marshalled) }),
        ...{ ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      });
      try {
        const { Attributes } = await callTime.call(() => dynamoDb.send(command), TABLE_TRIES);
        return { written: true, item: Attributes && toItem<BreakerItem>(Attributes) };
      } catch (error) {
        if (errorName(error) !== 'ConditionalCheckFailedException') throw gaveUp(error);
        const { Item } = error as { readonly Item?: Parameters<typeof toItem>[0] };
        return { written: false, item: Item && toItem<BreakerItem>(Item) };
      }
    },
  };
}

const gaveUp = (cause: unknown) =>
  new WriteError(
    `DynamoDB did not take the write of the circuit breaker${isTransient(cause) ? '' : ': it was refused'}`,
    {
      cause,
    },
  );
