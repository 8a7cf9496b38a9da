import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { WriteConditionError } from '../../../lib/contract/errors.ts';
import type { JobContext, TransactWrite } from '../../../lib/engine/job-context.ts';
import { makeMemoryDynamoDb, makeVirtualClock } from '../../../lib/testing/index.ts';

/** An item as `sync-data` writes it. */
export interface StoredRecord {
  readonly source: string;
  readonly id: string;
  readonly updatedAt: string;
  readonly data: unknown;
}

/** What a job's attempts leave behind: the table of records, and the job's checkpoint. */
export interface RecordsTable {
  readonly checkpoint: JobContext['checkpoint'];
  /** The state of the last checkpoint; undefined before the first. */
  readonly state: () => unknown;
  /** Every state so far, oldest first. */
  readonly states: readonly unknown[];
  /** Ids in the order in which they were written, each as often as it was. */
  readonly written: readonly string[];
  readonly records: () => StoredRecord[];
  readonly put: (record: StoredRecord) => void;
}

export const TABLE = 'records';

/** A checkpoint that is one transaction of an in-memory DynamoDB, whose conditions are really evaluated. */
export function makeRecordsTable(): RecordsTable {
  const dynamoDb = makeMemoryDynamoDb({ clock: makeVirtualClock(), tables: { [TABLE]: ['source', 'id'] } });
  const states: unknown[] = [];
  const written: string[] = [];
  return {
    states,
    written,
    state: () => states.at(-1),
    records: () =>
      dynamoDb
        .table(TABLE)
        .items()
        .map((item) => unmarshall(item) as StoredRecord),
    put: (record) => dynamoDb.put(TABLE, record),
    async checkpoint(writes, state) {
      if (writes.length > 99) throw new RangeError(`at most 99 writes, got ${writes.length}`);
      if (writes.length > 0) await transact(writes);
      written.push(...writes.map(({ Put }) => String(Put?.Item?.id)));
      states.push(JSON.parse(JSON.stringify(state)));
    },
  };

  async function transact(writes: readonly TransactWrite[]): Promise<void> {
    try {
      await dynamoDb.documents.send(new TransactWriteCommand({ TransactItems: [...writes] }));
    } catch (error) {
      const { CancellationReasons: reasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
      const failed = reasons.flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : []));
      throw failed.length > 0 ? new WriteConditionError(failed, { cause: error }) : error;
    }
  }
}
