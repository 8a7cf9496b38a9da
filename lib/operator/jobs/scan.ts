import {
  type AttributeValue,
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { toItem } from '../../aws/marshal.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { type FeedOptions, nowOf, type Stage } from '../aws.ts';
import { onStage, tableOf } from '../stage.ts';
import type { FoundJob } from './find-job.ts';

/** What reading the whole table costs. */
export interface ScanPrice {
  readonly items: number;
  readonly megabytes: number;
  readonly dollars: number;
}

/** DynamoDB on demand, us-east-1, per million read request units; half a unit reads 4 KB eventually consistently. */
const DOLLARS_PER_MILLION_UNITS = 0.125;
const BYTES_PER_UNIT = 8192;
/** What one call reads at most (DynamoDB Developer Guide, "Paginating table query results"). */
export const PAGE_BYTES = 1024 * 1024;

const dollarsOf = (units: number): number => (units / 1_000_000) * DOLLARS_PER_MILLION_UNITS;

/** From the table's own figures, which DynamoDB brings up to date about every six hours. */
export function scanPrice({ Table }: Pick<DescribeTableCommandOutput, 'Table'>): ScanPrice {
  const { ItemCount: items = 0, TableSizeBytes: bytes = 0 } = Table ?? {};
  return { items, megabytes: bytes / 1024 / 1024, dollars: dollarsOf(bytes / BYTES_PER_UNIT) };
}

/** What reading the stage's whole table costs. @throws NoSuchStageError */
export async function scanPriceOf(stage: Stage): Promise<ScanPrice> {
  const { dynamoDb, table } = tableOf(stage);
  const command = new DescribeTableCommand({ TableName: table });
  return scanPrice(await onStage(stage, undefined, () => dynamoDb.send(command)));
}

/** What a scan asks for. */
export interface Scan extends FeedOptions {
  readonly condition: string | undefined;
  /** Of the condition, `:name` by value. */
  readonly values: Readonly<Record<string, AttributeValue>>;
  /** Attributes that the items are read with; those of the condition must be among them. */
  readonly attributes: readonly (keyof JobItem)[];
}

/** Items that a call of a scan found, among so many that it read, and what it cost. */
export interface ScannedItems {
  readonly items: readonly JobItem[];
  readonly count: number;
  readonly dollars: number;
  readonly isLast: boolean;
}

/** Reads the whole table, a call at a time: bills each item of it, whatever the condition. A signal ends it, without an error. */
export async function* scanTable(
  stage: Stage,
  { condition, values, attributes, signal }: Scan,
): AsyncGenerator<ScannedItems, void> {
  const { dynamoDb, table } = tableOf(stage);
  let from: Record<string, AttributeValue> | undefined;
  do {
    if (signal?.aborted === true) return;
    const page = await dynamoDb.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
        ...(condition !== undefined && { FilterExpression: condition, ExpressionAttributeValues: values }),
        ReturnConsumedCapacity: 'TOTAL',
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    from = page.LastEvaluatedKey;
    const units = page.ConsumedCapacity?.CapacityUnits ?? PAGE_BYTES / BYTES_PER_UNIT;
    const items = (page.Items ?? []).map((raw) => toItem<JobItem>(raw));
    yield { items, count: page.ScannedCount ?? 0, dollars: dollarsOf(units), isLast: from === undefined };
  } while (from !== undefined);
}

/** Which jobs a scan looks for. All that is given must match. */
export interface ScanFilter {
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  /** Were sent so long ago, or longer. */
  readonly olderMs?: number | undefined;
}

export interface ScanOptions extends FeedOptions {
  /** It makes no call that would exceed this. @default no limit */
  readonly maxDollars?: number | undefined;
}

/** What a scan found with one call; the figures are of all calls so far. */
export interface ScanPage {
  readonly jobs: readonly Omit<FoundJob, 'kind'>[];
  readonly scanned: number;
  readonly dollars: number;
  /** It ended because `maxDollars` was reached. */
  readonly stopped?: true;
}

const ATTRIBUTES = ['id', 'jobId', 'type', 'status', 'createdAt'] as const satisfies readonly (keyof JobItem)[];

/**
 * Looks for jobs by reading the whole table, which is billed by its size: see {@link scanPriceOf}. A page for each call, so that its
 * progress can be shown. A signal ends it, without an error.
 *
 * @throws NoSuchStageError
 */
export async function* scanJobs(
  stage: Stage,
  filter: ScanFilter,
  { maxDollars = Number.POSITIVE_INFINITY, signal }: ScanOptions = {},
): AsyncGenerator<ScanPage, void> {
  const pages = scanTable(stage, { ...conditionOf(filter, nowOf(stage)), attributes: ATTRIBUTES, signal });
  let [scanned, dollars, last] = [0, 0, 0];
  for (;;) {
    if (dollars + last > maxDollars) {
      yield { jobs: [], scanned, dollars, stopped: true };
      await pages.return();
      return;
    }
    const { value, done } = await onStage(stage, undefined, () => pages.next());
    if (done) return;
    last = Math.max(last, value.dollars);
    scanned += value.count;
    dollars += value.dollars;
    const jobs = value.items.map((item) => ({
      ...{ type: item.type, key: keyOf(item), jobId: item.jobId, status: item.status },
    }));
    yield { jobs, scanned, dollars };
    if (value.isLast) return;
  }
}

function conditionOf({ status, type, olderMs }: ScanFilter, nowMs: number) {
  const conditions: string[] = [];
  const values: Record<string, AttributeValue> = {};
  const add = (name: string, operator: string, text: string) => {
    conditions.push(`#${name} ${operator} :${name}`);
    values[`:${name}`] = { S: text };
  };
  if (status !== undefined) add('status', '=', status);
  if (type !== undefined) add('type', '=', type);
  if (olderMs !== undefined) add('createdAt', '<=', iso(nowMs - olderMs));
  return { condition: conditions.length === 0 ? undefined : conditions.join(' AND '), values };
}
