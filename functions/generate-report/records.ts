import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

/** A record as `sync-data` wrote it. */
export interface SyncedRecord {
  readonly id: string;
  readonly updatedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A source and a period. Times are ISO 8601 in UTC; `to` is exclusive. */
export interface Period {
  readonly source: string;
  readonly from: string;
  readonly to: string;
}

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** The records of a source and period in the order of time, a page (at most 1 MB) at a time. */
export async function* recordsOf({ source, from, to }: Period, signal: AbortSignal): AsyncGenerator<SyncedRecord[]> {
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: process.env.RECORDS_TABLE,
      IndexName: 'byTime',
      KeyConditionExpression: '#source = :source AND #at BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#source': 'source', '#at': 'updatedAt' },
      ExpressionAttributeValues: { ':source': source, ':from': from, ':to': to },
      ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
    });
    const page = await documents.send(query, { abortSignal: signal });
    // BETWEEN includes its end; the period's end is exclusive.
    yield (page.Items as SyncedRecord[]).filter(({ updatedAt }) => updatedAt < to);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
