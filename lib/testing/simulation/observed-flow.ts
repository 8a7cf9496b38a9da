import type { FlowFields, FlowStep } from '../../contract/protocol/flow-fields.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { MemoryQueue, StoredMessage } from '../aws/sqs/model.ts';

/** A job of a flow as its message has it: the first one that was seen. */
export interface SeenBody {
  readonly then: readonly FlowStep[];
  readonly flow: FlowFields | undefined;
  readonly payload: unknown;
  /** `then` and `flow` as text: each further message of the job must say the same. */
  readonly text: string;
}

/** A message that was sent to a job type's queue. */
export interface SeenMessage extends Pick<StoredMessage, 'messageId' | 'body' | 'attributes'> {
  readonly type: string;
}

/** A child's place in its batch, whoever holds it. */
export interface Place {
  /** Whoever held it completed, and had nothing to hand it to. */
  completed: boolean;
  /** Whoever held it died or was cancelled. */
  died: boolean;
  /** The callback's item says that it completed. */
  noted: boolean;
  endedAtMs: number;
}

/** A batch, by its callback. */
export interface ObservedFlow {
  readonly id: string;
  readonly places: readonly Place[];
  readonly mode: 'settled' | 'success';
  readonly deadlineAtMs: number;
  readonly children: NonNullable<JobItem['children']>;
  /** Begins of its first run's first attempt. */
  begun: number;
  /** An operator had it retried now. */
  isHurried: boolean;
  /** A purge took a message that it needs. */
  isLost: boolean;
  /** Its callback was told to cancel, however it ended: from then on nothing is handed on within the flow. */
  isStopped: boolean;
  cancelAskedAtMs: number | undefined;
  cancelledAtMs: number | undefined;
  /** Whoever holds one of its places was told. */
  cancelThroughAtMs: number | undefined;
}

/** Sees what becomes of chains and batches, and holds it against the promises. Jobs are named by their items' ids. */
export interface FlowObserver {
  readonly flows: ReadonlyMap<string, ObservedFlow>;
  readonly bodies: ReadonlyMap<string, SeenBody>;
  readonly items: ReadonlyMap<string, JobItem>;
  /** Jobs of which a purge took a message. */
  readonly purged: ReadonlySet<string>;
  /** Every message that was seen in a queue. */
  readonly messages: readonly SeenMessage[];
  /** Whether a job belongs to a flow that was cancelled, or told to be, at whatever depth. */
  isWithinCancelled(id: string): boolean;
  /** Looks at every item of the table. */
  look(): void;
  /** Looks at what is new in the queue of a type. */
  sent(type: string, queue: MemoryQueue): void;
  /** A queue is being purged. */
  purging(type: string, queue: MemoryQueue): void;
  /** An operator has a job retried now. */
  hurried(id: string): void;
  /** An operator cancels a flow, and the first of its children was told; `isThrough` once the command says so. */
  cancelling(id: string, options: { readonly isThrough: boolean }): void;
  settlingDown(): void;
  /** What must hold once nothing is left to do. */
  checkEnds(): void;
}

/** What the checks work with. */
export interface Flows extends FlowObserver {
  readonly flows: Map<string, ObservedFlow>;
  readonly bodies: Map<string, SeenBody>;
  readonly items: Map<string, JobItem>;
  readonly purged: Set<string>;
  readonly messages: SeenMessage[];
  readonly hurriedJobs: Set<string>;
  /** When each name completed last. */
  readonly completedAtMs: Map<string, number>;
  /** Since when no fault is drawn. */
  quietSinceMs: number;
  now(): number;
  violate(what: string): void;
  /** Tells the observer of the job's type that there is such a job. */
  watch(job: { readonly type: string; readonly jobId: string; readonly key: string; readonly payload: unknown }): void;
}

/** Of a parked job, or of a message: undefined if it is no envelope. */
export function seenBody(body: string): SeenBody | undefined {
  try {
    const { then = [], flow, payload } = JSON.parse(body) as { then?: FlowStep[]; flow?: FlowFields; payload: unknown };
    return { then, flow, payload, text: JSON.stringify([then, flow]) };
  } catch {
    return undefined;
  }
}

/** The flows around a job, the innermost first. */
export function flowsAround(id: string, { bodies, items, flows }: Pick<FlowObserver, 'bodies' | 'items' | 'flows'>) {
  const around: ObservedFlow[] = [];
  for (let at = id; ; ) {
    const of = (bodies.get(at)?.flow ?? items.get(at)?.flow)?.of;
    const flow = of && flows.get(`${of.type}#${of.key}`);
    if (flow === undefined || around.includes(flow)) return around;
    around.push(flow);
    at = flow.id;
  }
}

/** The id of the job that comes after this one in its chain, as it hands on. */
export function nextId(id: string, { then, flow }: SeenBody): string | undefined {
  const [next] = then;
  if (next === undefined) return undefined;
  const { key, step } = flow?.chain ?? { key: id.slice(id.indexOf('#') + 1), step: 0 };
  return `${next.type}#${key}.${step + 1}`;
}
