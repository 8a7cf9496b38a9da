import { writeEnvelope } from './envelope.ts';
import { optional } from './names.ts';
import { nextIn } from './protocol/answer.ts';
import { unfinishedExpiration } from './protocol/expiration.ts';
import type { FlowFields } from './protocol/flow-fields.ts';
import { dueList, itemId, type JobItem, keyOf, NO_BODY } from './protocol/job-item.ts';
import type { Message } from './protocol/message.ts';
import { SCHEMA } from './protocol/schema.ts';

/** What follows from a job's end: the next step of its chain, the place that it holds in a batch, and what it staged. */

/** A message that is to be sent to another type's queue. */
export interface Outgoing {
  readonly type: string;
  readonly body: string;
  readonly group?: string;
  /** When its first attempt starts, epoch ms. @default at once */
  readonly runAtMs?: number;
}

/** A batch that a job staged. */
export interface StagedBatch {
  readonly callback: Outgoing & { readonly key: string; readonly bodyHash: string; readonly maxAttempts: number };
  readonly children: readonly Outgoing[];
  readonly mode: NonNullable<JobItem['mode']>;
  readonly deadlineSeconds: number;
}

/** Where a chain stands after so many steps: the key of its first job, and the step's number. */
export const chainOf = (item: JobItem, { flow }: Pick<Message, 'flow'>) => flow?.chain ?? { key: keyOf(item), step: 0 };

/**
 * The message that starts the next step of a chain. A pure function of the job that completed and of its message, byte for byte:
 * a second send is a duplicate.
 *
 * @returns undefined if no step is left
 */
export function nextStep(item: JobItem, message: Message): Outgoing | undefined {
  const [, ...rest] = message.then ?? [];
  const next = nextIn(message.then);
  if (next === undefined) return undefined;
  const { type, payload, maxAttempts, tenant = message.group } = next;
  const { key, step } = chainOf(item, message);
  const at = { key, step: step + 1 };
  const id = `${key}.${at.step}`;
  const createdAt = item.completedAt ?? item.createdAt;
  const flow = { ...optional('of', message.flow?.of), after: { type: item.type, key: keyOf(item) }, chain: at };
  const then = rest.length > 0 ? rest : undefined;
  const envelope = { id, key: undefined, type, maxAttempts, createdAt, runAt: undefined, hops: message.hops };
  const { body } = writeEnvelope({ ...envelope, then, flow, payload }, type, Date.parse(createdAt));
  return { type, body, ...optional('group', tenant) };
}

/** What a batch's callback is parked from. */
export interface CallbackFacts {
  /** The job that staged the batch, completed. */
  readonly parent: JobItem;
  readonly message: Pick<Message, 'trace' | 'flow' | 'then'>;
  readonly batch: StagedBatch;
  /** Of the callback's queue, if it is not found by its name. */
  readonly queueUrl?: string | undefined;
  /** Days, of the parent's definition. */
  readonly retention: number;
}

/** SQS's longest retention, days: the callback's own definition is not known here. */
const LONGEST_QUEUE_RETENTION = 14;

/** Row `callbackParked`: the callback waits in the table for its children, at most until the batch's deadline. */
export function callbackItem({ parent, message, batch, queueUrl, retention }: CallbackFacts): JobItem {
  const { callback, children, mode, deadlineSeconds } = batch;
  const { type, key, bodyHash, maxAttempts, body, group } = callback;
  const id = itemId(type, key);
  const completedAt = parent.completedAt ?? parent.createdAt;
  const deadlineAt = Date.parse(completedAt) + deadlineSeconds * 1000;
  const counters = { runNo: 1, attempts: 0, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 };
  const places = children.map((_, place) => place);
  const flow = callbackFlow(parent, message);
  return {
    ...{ id, jobId: key, type, status: 'SCHEDULED', schema: SCHEMA, bodyHash, maxAttempts, createdAt: completedAt },
    ...counters,
    ...{ dueAt: deadlineAt, listKey: dueList(id), listAt: deadlineAt, deadlineAt, mode, flow },
    envelope: {
      body,
      ...optional('group', group),
      ...optional('trace', message.trace),
      ...optional('queueUrl', queueUrl),
    },
    // DynamoDB has no empty sets: none stands for "all have ended".
    ...(places.length > 0 && { open: new Set(places) }),
    total: places.length,
    children: runsOf(children),
    expiration: unfinishedExpiration({ retention, queueRetention: LONGEST_QUEUE_RETENTION }, deadlineAt),
  };
}

/** A callback takes over its parent's place, and its parent's turn in a chain. */
export const callbackFlow = (parent: JobItem, message: Pick<Message, 'flow' | 'then'>): FlowFields => ({
  ...optional('of', message.flow?.of),
  after: { type: parent.type, key: keyOf(parent) },
  ...(message.then !== undefined && { chain: chainOf(parent, message) }),
});

/** The children's types, run by run: with `<flow>:<place>` they name every child. */
function runsOf(children: readonly Outgoing[]): NonNullable<JobItem['children']> {
  const runs: { type: string; n: number }[] = [];
  for (const { type } of children) {
    const last = runs.at(-1);
    if (last?.type === type) last.n += 1;
    else runs.push({ type, n: 1 });
  }
  return runs;
}

/** Key of the child that holds a place. */
export const childKey = (flow: string, place: number): string => `${flow}:${place}`;

/** Whether nothing holds a waiting callback back any more. It is released once: from then on it is due at another time. */
export function isReady({ status, open, dead, mode, total, dueAt, deadlineAt }: JobItem): boolean {
  if (status !== 'SCHEDULED' || total === undefined || dueAt !== deadlineAt) return false;
  return size(open) === 0 && (mode === 'settled' || size(dead) === 0);
}

const size = (places: ReadonlySet<number> | undefined) => places?.size ?? 0;

/** Whether a callback was cancelled before it was parked. */
export const isRefusedAhead = ({ status, bodyHash }: JobItem): boolean =>
  status === 'CANCELLED' && bodyHash === NO_BODY;

/** Whether a callback, as it stands, is not to run any more: nothing is handed on within its flow. */
export const isStopped = (callback: Pick<JobItem, 'status' | 'cancelRequested'> | undefined): boolean =>
  callback?.status === 'CANCELLED' || callback?.cancelRequested === true;
