import { isWaiting, type JobItem, keyOf, type ParkedEnvelope } from '../../contract/protocol/job-item.ts';
import { iso, WATCHDOG_MS } from '../../contract/protocol/timing.ts';
import { flagsOf, nowOf, type Stage } from '../aws.ts';
import { type BreakerState, openBreaker } from '../breaker.ts';
import { type JobName, readJob } from '../job-table.ts';
import { type WholeBody, wholeBody } from '../payloads.ts';
import { onStage, queuesOf, tableOf } from '../stage.ts';
import { keysById } from './job-logs.ts';

/** The stage's table does not hold the job. */
export class NoSuchJobError extends Error {
  override readonly name = 'NoSuchJobError';
}

/** What is not shown, or shown in another form: payloads, and sets, which JSON does not know. */
type Hidden = 'envelope' | 'outbox' | 'open' | 'dead' | 'children';

/** A batch's children, as its callback's item counts them. */
export interface BatchView {
  readonly total: number;
  readonly open: number;
  readonly dead: number;
}

/** Everything about one job. */
export interface JobView {
  readonly key: string;
  /** The item. The body of a parked job, which holds the payload, is left out unless it is asked for. */
  readonly item: Omit<JobItem, Hidden> & { readonly envelope?: ParkedEnvelope };
  /** Of a batch's callback: how its children stand. */
  readonly batch?: BatchView;
  /** Of a job that waits: its type's circuit breaker, while it is open. Until it closes the job begins no attempt. */
  readonly breaker?: BreakerState;
  /** Where its message is, as a sentence for people. */
  readonly message: string;
  /** Why the payload of a parked job could not be fetched: its body says where it lies. */
  readonly unread?: string;
}

/**
 * Finds a job by its key, or by its id. If the key is another, the id is looked up in the logs.
 *
 * @param payload whether to show a parked job's body. Only then is it read: it needs a right of its own
 * @throws NoSuchJobError, NoSuchTypeError, NoSuchStageError
 */
export async function job(stage: Stage, name: JobName, { payload = false } = {}): Promise<JobView> {
  return onStage(stage, name.type, async () => {
    const item = (await readJob(tableOf(stage), name, { payload })) ?? (await byId(stage, name, payload));
    const { envelope, outbox: _, open, dead, children: __, ...rest } = item;
    const { total } = rest;
    const breaker = isWaiting(item) ? await openBreaker(stage, name.type) : undefined;
    const view: JobView = {
      key: keyOf(item),
      item: rest,
      ...(total !== undefined && { batch: { total, open: open?.size ?? 0, dead: dead?.size ?? 0 } }),
      ...(breaker !== undefined && { breaker }),
      message: whereIs(item, nowOf(stage)),
    };
    if (!payload || envelope === undefined) return view;
    const { body, ...unread } = await bodyOf(stage, name.type, envelope.body);
    return { ...view, item: { ...view.item, envelope: { ...envelope, body } }, ...unread };
  });
}

/** Only a payload in S3 needs to know the queues: their address names the account that the bucket is in. */
async function bodyOf(stage: Stage, type: string, body: string): Promise<WholeBody> {
  if (!body.includes('"payloadRef"')) return { body };
  const { deadLetterQueueUrl } = await queuesOf(stage, type);
  return wholeBody({ stage, type, deadLetterQueueUrl }, body);
}

async function byId(stage: Stage, { type, key: id }: JobName, payload: boolean): Promise<JobItem> {
  await queuesOf(stage, type);
  const keys = await keysById(stage, type, { jobId: id });
  const items = await Promise.all(keys.map((key) => readJob(tableOf(stage), { type, key }, { payload })));
  const item = items.find((one) => one?.jobId === id);
  if (item !== undefined) return item;
  const other = items.find((one) => one !== undefined);
  const duplicate = other === undefined ? '' : `; its key ${keyOf(other)} is held by job ${other.jobId}`;
  throw new NoSuchJobError(
    `stage "${stage.name}" has no ${type} job with key or id "${id}"${duplicate}. Its message may not have been received ` +
      `yet (npx sluice queues ${type}${flagsOf(stage)}), it may run for the first time (where its type begins optimistically), ` +
      'or its retention is over.',
  );
}

/** The DLQ keeps messages for 14 days. */
export const DLQ_DAYS = 14;

/** Where a job's message is, concluded from its item: SQS has no way to look for one message. */
export function whereIs(item: JobItem, nowMs: number): string {
  const { dueAt = 0, listAt, leaseUntil = 0 } = item;
  switch (item.status) {
    case 'COMPLETED':
      if (item.owed) return 'in the queue: what the job staged is not sent yet; that is tried again';
      return 'none: the job is over';
    case 'CANCELLED':
    case 'EXPIRED':
      return 'none: the job is over';
    case 'DEAD':
      return deadMessage(item, nowMs);
    case 'INPROGRESS':
      if (leaseUntil > nowMs) return `in flight, with the consumer that runs it until ${iso(leaseUntil)} at the latest`;
      return 'in the queue, hidden: the process of its last attempt died; it starts again after the visibility timeout';
    default:
      if (item.listKey === undefined) return `in the queue, hidden until ${iso(dueAt)}`;
      if (listAt === dueAt && dueAt === item.deadlineAt)
        return `in the jobs table until its children have ended, or until ${iso(dueAt)}; the dispatcher sends it then`;
      if (listAt === dueAt) return `in the jobs table until ${iso(dueAt)}; the dispatcher sends it then`;
      if (listAt !== undefined && listAt < dueAt + WATCHDOG_MS)
        return `in the jobs table: its queue was gone; the dispatcher looks for it again at ${iso(listAt)}`;
      return `in the queue since the dispatcher sent it, delayed until ${iso(dueAt)}`;
  }
}

function deadMessage({ undelivered, failedAt = '' }: JobItem, nowMs: number): string {
  if (undelivered === true) {
    return 'in the queue: it could not be sent to the dead-letter queue yet; that is tried again';
  }
  const goneAtMs = Date.parse(failedAt) + DLQ_DAYS * 24 * 3600 * 1000;
  if (goneAtMs < nowMs) return `none: the dead-letter queue keeps messages for ${DLQ_DAYS} days`;
  return `in the dead-letter queue until ${iso(goneAtMs)}, unless it was purged`;
}
