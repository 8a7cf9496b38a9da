import type { Logger } from '@aws-lambda-powertools/logger';
import { GetQueueUrlCommand, SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { bytesOf, cut } from '../../aws/cut.ts';
import { errorName, isMissingQueue, statusOf } from '../../aws/errors.ts';
import { toSqs } from '../../aws/message-attributes.ts';
import type { Sqs } from '../../aws/ports.ts';
import { attributeBytes, writeAttributes } from '../../contract/message-attributes.ts';
import type { ItemUpdate } from '../../contract/protocol/item-write.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { QUEUE_GONE_MS, WATCHDOG_MS } from '../../contract/protocol/timing.ts';
import { MAX_BATCH_ENTRIES, MAX_DELAY_SECONDS, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { readError } from '../../contract/thrown.ts';
import { MESSAGE_TRIES } from '../calls/call-time.ts';
import type { Writer, WriterDeps } from '../calls/writes.ts';
import type { Clock } from '../clock.ts';
import { origin } from '../message/wait.ts';
import { toStatement } from '../table/statements.ts';
import { makeTally, type Tally, type TypeTally } from './tally.ts';

/** Of a call's bytes, these are left for attributes. */
const ATTRIBUTE_BYTES = 16_384;

export interface ReleaseDeps extends WriterDeps {
  readonly table: string;
  readonly clock: Clock;
  readonly sqs: Sqs;
  readonly log: Logger;
  readonly writer: Writer;
  /** Queue name of a job type. */
  readonly queueName: (type: string) => string;
  /** Queue URLs found so far, by job type; kept while the process is warm. */
  readonly queueUrls: Map<string, string>;
}

/**
 * Sends parked jobs' messages and moves their list entries on. What SQS refuses stays as it is. Jobs whose queue is gone are
 * put off: they would be first on the list at each tick, for as long as nobody deploys their type again.
 *
 * @param tally of the tick
 */
export async function release(
  items: JobItem[],
  deps: ReleaseDeps,
  tally: Tally = makeTally(),
): Promise<{ released: number; refused: number }> {
  const results = await Promise.all(inCalls(items).map((call) => releaseCall(call, deps, tally)));
  const released = results.reduce((sum, sent) => sum + sent, 0);
  return { released, refused: items.length - released };
}

async function releaseCall(items: JobItem[], deps: ReleaseDeps, tally: Tally): Promise<number> {
  const type = items[0]?.type ?? '';
  const found = tally.of(type, items[0]?.envelope?.queueUrl);
  try {
    const sent = found.isGone || found.isRefused ? [] : await sendCall(items, deps, found);
    const nowMs = deps.clock.now();
    await Promise.all(sent.map((item) => moveOn(item, Math.max(nowMs, item.dueAt ?? 0) + WATCHDOG_MS, deps)));
    for (const { dueAt = nowMs, listAt = dueAt } of sent) {
      if (dueAt >= listAt) continue;
      found.overdue += 1;
      found.overdueMs = Math.max(found.overdueMs, nowMs - dueAt);
    }
    if (found.isGone && sent.length === 0) {
      found.putOff += items.length;
      await Promise.all(items.map((item) => moveOn(item, nowMs + QUEUE_GONE_MS, deps)));
    }
    return sent.length;
  } catch (error) {
    deps.log.error('release.failed', { jobType: type, jobs: items.length, error: readError(error) });
    return 0;
  }
}

/**
 * Sends one call of one type's jobs.
 *
 * @returns those that SQS took; none if the queue is gone
 * @throws the SDK's error if the call failed otherwise
 */
async function sendCall(items: readonly JobItem[], deps: ReleaseDeps, found: TypeTally): Promise<JobItem[]> {
  const { type = '', envelope } = items[0] ?? {};
  try {
    const QueueUrl = envelope?.queueUrl ?? (await queueUrl(type, deps));
    const Entries = items.map((item, i) => entry(item, i, deps.clock.now()));
    const command = new SendMessageBatchCommand({ QueueUrl, Entries });
    const { Successful = [], Failed = [] } = await deps.callTime.call(() => deps.sqs.send(command), MESSAGE_TRIES);
    for (const { Id, Code } of Failed)
      deps.log.warn('release.refused', { jobId: items[Number(Id)]?.jobId, code: Code });
    return Successful.flatMap(({ Id }) => items[Number(Id)] ?? []);
  } catch (error) {
    if (isMissingQueue(errorName(error))) {
      found.isGone = true;
      deps.queueUrls.delete(type);
      return [];
    }
    found.isRefused ||= isForbidden(error);
    throw error;
  }
}

/** Refused for the queue's or the key's sake, whatever the messages are: each other call would be, too. */
const isForbidden = (error: unknown): boolean => statusOf(error) === 403 || /AccessDenied|Kms/i.test(errorName(error));

/** Only begin, settle and cancel take a job off its list; a refusal means that one of them just did. */
async function moveOn({ id, dueAt = 0, listKey }: JobItem, listAt: number, deps: ReleaseDeps): Promise<void> {
  const fence = { dueAt, ...(listKey !== undefined && { listKey }) };
  const write: ItemUpdate = { kind: 'update', id, set: { listAt }, remove: [], fence, absent: [] };
  await deps.writer(toStatement(deps.table, write));
}

function entry(item: JobItem, index: number, nowMs: number): SendMessageBatchRequestEntry {
  const { jobId, dueAt = 0, envelope } = item;
  const delay = Math.ceil((dueAt - nowMs) / 1000);
  const own = { jobId, key: keyOf(item), due: dueAt };
  return {
    Id: String(index),
    MessageBody: envelope?.body ?? '',
    DelaySeconds: Math.min(Math.max(delay, 0), MAX_DELAY_SECONDS),
    MessageAttributes: toSqs(writeAttributes({ own, sender: envelope?.attributes })),
    ...origin(envelope ?? {}),
  };
}

/** Lookups on their way: a page's calls side by side ask once. */
const asking = new WeakMap<ReleaseDeps['queueUrls'], Map<string, Promise<string>>>();

export async function queueUrl(type: string, deps: ReleaseDeps): Promise<string> {
  const known = deps.queueUrls.get(type);
  if (known !== undefined) return known;
  const pending = asking.get(deps.queueUrls) ?? new Map<string, Promise<string>>();
  asking.set(deps.queueUrls, pending);
  const asked = pending.get(type) ?? askQueueUrl(type, deps).finally(() => pending.delete(type));
  pending.set(type, asked);
  return asked;
}

async function askQueueUrl(type: string, { queueUrls, queueName, sqs, callTime }: ReleaseDeps): Promise<string> {
  const command = new GetQueueUrlCommand({ QueueName: queueName(type) });
  const { QueueUrl } = await callTime.call(() => sqs.send(command), MESSAGE_TRIES);
  if (QueueUrl === undefined) throw new TypeError(`SQS named no URL for ${queueName(type)}`);
  queueUrls.set(type, QueueUrl);
  return QueueUrl;
}

interface Sized {
  readonly item: JobItem;
  readonly bytes: number;
}

/** One queue each, at most ten entries, within SQS's bytes. */
const fits = (call: readonly Sized[], { item, bytes }: Sized): boolean =>
  call.length < MAX_BATCH_ENTRIES &&
  call[0]?.item.type === item.type &&
  call[0].item.envelope?.queueUrl === item.envelope?.queueUrl &&
  bytesOf(call) + bytes <= MAX_MESSAGE_BYTES - ATTRIBUTE_BYTES;

function inCalls(items: readonly JobItem[]): JobItem[][] {
  const sized = items.map((item) => {
    const { body = '', attributes = {} } = item.envelope ?? {};
    return { item, bytes: Buffer.byteLength(body) + attributeBytes(attributes) };
  });
  return cut(sized, fits).map((call) => call.map(({ item }) => item));
}
