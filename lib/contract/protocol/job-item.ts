import type { JobError } from '../errors.ts';
import type { DeadLetterReason, JobStatus } from '../job.ts';
import { attributeBytes, type MessageAttributes } from '../message-attributes.ts';
import { optional } from '../names.ts';
import type { FlowFields } from './flow-fields.ts';
import type { Message } from './message.ts';

/** What is needed to send a parked job's message again. */
export interface ParkedEnvelope {
  readonly body: string;
  /** SQS message group. */
  readonly group?: string;
  /** AWSTraceHeader. */
  readonly trace?: string;
  /** The sender's message attributes. */
  readonly attributes?: MessageAttributes;
  /** The queue that it came from. @default the type's, by its fixed name */
  readonly queueUrl?: string;
}

/** One item of the jobs table: one job, and its idempotency record. Times ending in `At` are ISO 8601 if text, else epoch ms. */
export interface JobItem {
  /** Partition key, `<type>#<key>`. */
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  readonly status: JobStatus;
  /** What its writer knew of such items; see schema.ts. @default 1 */
  readonly schema?: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly createdAt: string;
  readonly processedAt?: string;
  readonly completedAt?: string;
  readonly failedAt?: string;
  readonly reason?: DeadLetterReason;
  readonly error?: JobError;
  /** The exception that ended the process of an attempt, and the owner that this attempt's begin had. */
  readonly crash?: JobError & { readonly owner: string };
  readonly result?: unknown;
  readonly progress?: unknown;
  readonly checkpoint?: unknown;
  readonly checkpointNo: number;
  readonly runNo: number;
  /** SHA-256 of the message body, base64; {@link NO_BODY} if the job was cancelled before its message came. */
  readonly bodyHash: string;
  /** The payload's hash, with its version and the body that it is of; see `isSameJob`. */
  readonly payloadHash?: string;
  /** Hashes of the other bodies that earlier runs died of, the newest last. */
  readonly diedOf?: readonly string[];
  /** Nonce of the begin that holds, or last held, the lease. */
  readonly owner?: string;
  readonly leaseUntil?: number;
  readonly dueAt?: number;
  /** Of a job that waits for its first attempt: from then on it expires. */
  readonly startBefore?: number;
  /** From then on no attempt of the job starts. */
  readonly endBefore?: number;
  readonly envelope?: ParkedEnvelope;
  /** The turn that a rate limit promised, while `dueAt` is `askAt`: when, and at which time between two tokens, ms. */
  readonly turn?: { readonly at: number; readonly intervalMs: number; readonly askAt: number };
  readonly listKey?: string;
  readonly listAt?: number;
  /** What is still pending of a death: its dead letter and its event, or only its `event`. */
  readonly undelivered?: true | 'event';
  readonly cancelRequested?: true;
  /** Begins of this run that counted no attempt: snoozes, and jobs that were put back. */
  readonly snoozes: number;
  readonly snoozesInRow: number;
  /** Times in a row that it was put back because its process ended. */
  readonly putBacksInRow?: number;
  /** The flow that the job is in. */
  readonly flow?: FlowFields;
  /** What the job staged is not sent yet. */
  readonly owed?: true;
  /** The jobs that it staged, gzip of JSON; until they are sent. */
  readonly outbox?: Uint8Array;
  /** Id of the callback's item that took this job's place; it stays. */
  readonly passedOn?: string;
  /** Of a callback: places of children that have not ended. No set: all have. */
  readonly open?: ReadonlySet<number>;
  /** Of a callback: places of children that died, expired or were cancelled. No set: none. */
  readonly dead?: ReadonlySet<number>;
  /** Of a callback: its children. */
  readonly total?: number;
  /** Of a callback: its children's types, run by run: the first `n`, the next `n`, … */
  readonly children?: readonly { readonly type: string; readonly n: number }[];
  /** Of a callback: what it waits for. */
  readonly mode?: 'settled' | 'success';
  /** Of a callback: when it runs at the latest, epoch ms. */
  readonly deadlineAt?: number;
  /** Epoch seconds; the table's TTL. */
  readonly expiration: number;
}

/** Attributes of items of flows, but for what was staged. */
export const FLOW_ATTRIBUTES = [
  ...['flow', 'owed', 'passedOn', 'open', 'dead', 'total', 'children', 'mode', 'deadlineAt'],
] as const satisfies readonly (keyof JobItem)[];

/** Attributes that not every item has. */
export const OPTIONAL_ATTRIBUTES = [
  ...['processedAt', 'completedAt', 'failedAt', 'reason', 'error', 'result', 'progress', 'checkpoint', 'owner'],
  ...[
    'leaseUntil',
    'dueAt',
    'envelope',
    'listKey',
    'listAt',
    'undelivered',
    'cancelRequested',
    'putBacksInRow',
    'crash',
    'turn',
    'diedOf',
    'payloadHash',
    'schema',
    'startBefore',
    'endBefore',
  ],
  ...FLOW_ATTRIBUTES,
  'outbox',
] as const satisfies readonly (keyof JobItem)[];

/** No body has this hash. */
export const NO_BODY = '-';

/** Name of the sparse index: partition `listKey`, sort `listAt`, keys only. */
export const LISTS_INDEX = 'lists';
/** Name of the index over the same items, for one type's list: partition `type` and `listKey`, sort `listAt`, keys only. */
export const TYPE_LISTS_INDEX = 'typeLists';
/** Shards of each list: a partition of the index takes 1,000 writes/s (DynamoDB quotas), eight take 8,000. */
export const LIST_SHARDS = 8;
/** Largest body that is parked, with its sender's attributes: an item is at most 400 KB; checkpoint (32), progress (4) and the rest need room. */
export const MAX_PARKED_BYTES = 320 * 1024;
/** Largest `checkpoint` state, JSON bytes. */
export const MAX_CHECKPOINT_BYTES = 32 * 1024;
/** Largest `progress` value, JSON bytes. */
export const MAX_PROGRESS_BYTES = 4 * 1024;
/** Largest `result`, JSON bytes. */
export const MAX_RESULT_BYTES = 100 * 1024;
/** Snoozes in a row that a job may take; the next is a death. */
export const MAX_SNOOZES_IN_ROW = 100;
/** Times in a row that a job is put back without an attempt; the next spends one. */
export const MAX_PUT_BACKS_IN_ROW = 100;

/** Ends a row of put-backs. Most jobs never have the attribute, and get none. */
export const endPutBacks = ({ putBacksInRow }: JobItem): Partial<JobItem> =>
  putBacksInRow === undefined ? {} : { putBacksInRow: 0 };

/** Whether the job may be parked: its message fits into an item. */
export const fitsAnItem = ({ body, sender = {} }: Pick<Message, 'body' | 'sender'>): boolean =>
  Buffer.byteLength(body) + attributeBytes(sender) <= MAX_PARKED_BYTES;

/** What a parked job's message is sent again from. */
export function parkedEnvelope({ body, group, trace, sender, queueUrl }: Message): ParkedEnvelope {
  return {
    body,
    ...optional('group', group),
    ...optional('trace', trace),
    ...optional('attributes', sender),
    ...optional('queueUrl', queueUrl),
  };
}

/** The job waits: in its queue, or parked in the table. */
export const isWaiting = ({ status }: Pick<JobItem, 'status'>): boolean =>
  status === 'SCHEDULED' || status === 'RETRYING';
/** The job has ended; a dead one may begin a next run, by a redrive. */
export const isFinished = ({ status }: Pick<JobItem, 'status'>): boolean =>
  status === 'COMPLETED' || status === 'DEAD' || status === 'CANCELLED' || status === 'EXPIRED';

export const itemId = (type: string, key: string): string => `${type}#${key}`;
export const keyOf = (item: Pick<JobItem, 'id' | 'type'>): string => item.id.slice(item.type.length + 1);

export const dueList = (id: string): string => `due#${shardOf(id)}`;
export const deadList = (id: string): string => `dead#${shardOf(id)}`;

/** FNV-1a, 32 bits: spreads ids evenly and is the same in every version. @returns a whole number from 0 to 2^32 - 1 */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const shardOf = (id: string): number => hashOf(id) % LIST_SHARDS;
