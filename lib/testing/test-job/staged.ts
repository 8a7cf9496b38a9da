import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { decodeEnvelope, type Envelope } from '../../contract/envelope.ts';
import { names } from '../../contract/names.ts';
import type { FlowStep } from '../../contract/protocol/flow-fields.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { MemoryQueue } from '../aws/sqs/model.ts';
import type { MemorySqs } from '../aws/sqs/sqs.ts';

/** A job that a handler staged. */
export interface StagedJob {
  readonly type: string;
  /** Its key, and its id. */
  readonly key: string;
  /** As JSON carries it. */
  readonly payload: unknown;
  readonly maxAttempts?: number;
  /** When its first attempt starts, ISO 8601. @default at once */
  readonly runAt?: string;
  readonly tenant?: string;
  /** Of a child that is a list: the jobs after it. */
  readonly then?: readonly FlowStep[];
}

/** A batch that a handler staged. */
export interface StagedBatch {
  /** In their order. */
  readonly children: readonly StagedJob[];
  readonly callback: StagedJob;
  readonly mode: 'settled' | 'success';
  readonly deadlineSeconds: number;
}

/** What a job's end was followed by. */
export interface HandedOn {
  /** By `context.enqueue`, in order; none of a batch. */
  readonly staged: readonly StagedJob[];
  readonly batch?: StagedBatch;
}

/** What is staged goes to queues apart from the job's own, so that nothing of it is run. */
export const STAGED = 'staged';

/** The queues of the types that a definition hands on to. */
export const makeStagedQueues = ({ handsOn = [] }: JobDefinition, sqs: MemorySqs): MemoryQueue[] =>
  handsOn.map((type) =>
    sqs.createQueue(names.queue(STAGED, type), { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * 24 * 3600 }),
  );

/** Reads what was sent, and the callback that waits. @param callbackOf  reads an item of the jobs table */
export function handedOn(
  item: JobItem,
  queues: readonly MemoryQueue[],
  callbackOf: (id: string) => JobItem | undefined,
): HandedOn {
  const sent = queues.flatMap((queue) => queue.messages().map(({ body, group }) => read(queue.name, body, group)));
  const inOrder = sent.toSorted((one, other) => one.order - other.order);
  const callback = item.passedOn === undefined ? undefined : callbackOf(item.passedOn);
  const staged = inOrder.filter(({ isChild, job }) => !isChild && job.key !== callback?.jobId).map(({ job }) => job);
  if (callback?.envelope === undefined) return { staged };
  const { type, envelope, mode = 'settled', deadlineAt = 0, createdAt } = callback;
  return {
    staged,
    batch: {
      children: inOrder.filter(({ isChild }) => isChild).map(({ job }) => job),
      callback: read(names.queue(STAGED, type), envelope.body, envelope.group).job,
      mode,
      deadlineSeconds: Math.round((deadlineAt - Date.parse(createdAt)) / 1000),
    },
  };
}

interface Read {
  readonly job: StagedJob;
  readonly isChild: boolean;
  /** A child's place, or which of the jobs it was that were enqueued. */
  readonly order: number;
}

function read(queueName: string, body: string, tenant: string | undefined): Read {
  const type = queueName.slice(names.queue(STAGED, '').length);
  // As far ahead as it may be: it was checked when it was staged.
  const envelope = decodeEnvelope(body, type, Number.MAX_SAFE_INTEGER);
  const { id = '', payload, maxAttempts, runAt, then, flow } = envelope;
  return {
    job: { type, key: id, payload, ...defined({ maxAttempts, runAt, tenant, [THEN]: then }) },
    isChild: flow?.of !== undefined && id === `${flow.of.key}:${flow.of.place}`,
    order: Number(/(\d+)$/.exec(id)?.[1] ?? 0),
  };
}

const THEN = 'then' satisfies keyof Envelope;

const defined = <T extends object>(fields: T): { [Name in keyof T]?: NonNullable<T[Name]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
