import type { Logger } from '@aws-lambda-powertools/logger';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { type JobItem, LIST_SHARDS, LISTS_INDEX } from '../../contract/protocol/job-item.ts';
import { isOfNewer, SCHEMA } from '../../contract/protocol/schema.ts';
import { LOOK_AHEAD_MS, REPORT_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import { TABLE_TRIES } from '../calls/call-time.ts';
import { readItems } from '../calls/reads.ts';
import { type ReleaseDeps, release } from './release.ts';
import { makeTally, type Tally } from './tally.ts';

/** Time kept for what is on its way when the function's end is near. */
const STOP_BEFORE_END_MS = 5000;
/** Keys a page: one consistent read's worth (BatchGetItem). */
const PAGE = 100;
const PARKED = ['id', 'schema', 'type', 'jobId', 'status', 'dueAt', 'listKey', 'listAt', 'envelope'] as const;

export interface DispatchDeps extends ReleaseDeps {
  readonly table: string;
  readonly log: Logger;
}

/** What a tick did. */
export interface Dispatched {
  readonly released: number;
  /** Refused by SQS: they stay parked, the next tick tries again. */
  readonly refused: number;
  /**
   * How late the list's oldest entry was looked at, ms; 0 if none was late. Jobs whose queue is gone do not count, nor does
   * the day that a job waits in its queue: both are their type's, and are logged under it.
   */
  readonly latenessMs: number;
  /** False if time ran out before the lists were through. */
  readonly finished: boolean;
}

/** Row `released`: releases the parked jobs that fall due, all shards side by side, until none is left or time runs low. */
export async function dispatch(deps: DispatchDeps, endsAtMs: number): Promise<Dispatched> {
  const stopAtMs = endsAtMs - STOP_BEFORE_END_MS;
  const endCalls = deps.callTime.begin(endsAtMs - REPORT_BEFORE_END_MS);
  const lists = Array.from({ length: LIST_SHARDS }, (_, shard) => `due#${shard}`);
  // All are waited for: Lambda freezes the process as soon as the tick has ended, whatever was still on its way.
  const tally = makeTally();
  const ended = await Promise.allSettled(lists.map((listKey) => dispatchShard(listKey, { ...deps, tally }, stopAtMs)));
  endCalls();
  tally.log(deps.log, deps.queueName);
  const failed = ended.find((shard) => shard.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const shards = ended.flatMap((shard) => (shard.status === 'fulfilled' ? [shard.value] : []));
  return {
    released: sum(shards.map(({ released }) => released)),
    refused: sum(shards.map(({ refused }) => refused)),
    latenessMs: Math.max(...shards.map(({ latenessMs }) => latenessMs)),
    finished: shards.every(({ finished }) => finished),
  };
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

async function dispatchShard(
  listKey: string,
  deps: DispatchDeps & { readonly tally: Tally },
  stopAtMs: number,
): Promise<Dispatched> {
  const total = { released: 0, refused: 0, latenessMs: 0 };
  const untilMs = deps.clock.now() + LOOK_AHEAD_MS;
  let from: Record<string, { S: string } | { N: string }> | undefined;
  do {
    if (deps.clock.now() >= stopAtMs) return { ...total, finished: false };
    const query = dueQuery(deps.table, { listKey, untilMs, from });
    const page = await deps.callTime.call(() => deps.dynamoDb.send(query), TABLE_TRIES);
    const ids = (page.Items ?? []).flatMap(({ id }) => id?.S ?? []);
    // The index may lag: what is released is decided on a consistent read of the item itself.
    const read = await readItems({ table: deps.table, names: PARKED }, ids, deps);
    const items = [...read.values()].filter((item) => isDue(item, untilMs));
    const nowMs = deps.clock.now();
    const known = items.filter((item) => !isOfNewer(item));
    if (known.length < items.length)
      deps.log.error('dispatch.newer-jobs', { jobs: items.length - known.length, known: SCHEMA });
    const { released, refused } = await release(known, deps, deps.tally);
    total.released += released;
    total.refused += refused;
    const own = items.filter(({ type, envelope }) => !deps.tally.of(type, envelope?.queueUrl).isGone);
    total.latenessMs = Math.max(total.latenessMs, ...own.map(({ listAt = nowMs }) => nowMs - listAt));
    from = page.LastEvaluatedKey as typeof from;
  } while (from !== undefined);
  return { ...total, finished: true };
}

function isDue({ status, listKey, listAt, dueAt }: JobItem, untilMs: number): boolean {
  const waiting = status === 'SCHEDULED' || status === 'RETRYING';
  return waiting && listKey !== undefined && dueAt !== undefined && listAt !== undefined && listAt <= untilMs;
}

interface DuePage {
  readonly listKey: string;
  readonly untilMs: number;
  readonly from: Record<string, { S: string } | { N: string }> | undefined;
}

function dueQuery(TableName: string, { listKey, untilMs, from }: DuePage): QueryCommand {
  return new QueryCommand({
    TableName,
    IndexName: LISTS_INDEX,
    KeyConditionExpression: '#listKey = :listKey AND #listAt <= :until',
    ExpressionAttributeNames: { '#listKey': 'listKey', '#listAt': 'listAt' },
    ExpressionAttributeValues: { ':listKey': { S: listKey }, ':until': { N: String(untilMs) } },
    Limit: PAGE,
    ...(from !== undefined && { ExclusiveStartKey: from }),
  });
}
