import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { QueueSettings } from '../../contract/definition/queue-settings.ts';
import type { Job } from '../../contract/job.ts';
import type { BreakerItem } from '../../contract/protocol/breaker-item.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Item } from '../aws/dynamodb/values.ts';
import type { BreakerObserver } from './breaker-observer.ts';

/** What a job's message says of its time, epoch ms. */
export interface Deadlines {
  readonly runAtMs?: number;
  readonly startBeforeMs?: number;
  readonly endBeforeMs?: number;
}

/** Writes a line of the timeline. */
export type Trace = (who: string, what: string) => void;

/** One idempotency key, its job, and all that was seen of it. */
export interface ObservedJob {
  readonly key: string;
  /** Jobs that were sent under this key, and their payloads as the schema reads them. */
  readonly payloads: Map<string, Set<string>>;
  /** Payloads that a redrive brought, by job. */
  readonly corrected: Map<string, Set<string>>;
  /** Runs whose dead letter was sent back. */
  readonly redriven: Set<number>;
  readonly deadRuns: Set<number>;
  /** Hashes of the bodies that it died of. */
  readonly diedOf: Set<string>;
  /** Only a refused body that finds its name taken comes under this name. */
  readonly spare: boolean;
  readonly begins: Map<number, number>;
  readonly starts: Start[];
  /** Messages of its that came to a consumer with their first receive. */
  readonly firstReceives: FirstReceives;
  /** Since when it has an item. */
  appearedAtMs: number | undefined;
  /** Whose claim it was that made its item. */
  madeBy: string | undefined;
  raw: Item | undefined;
  item: JobItem | undefined;
  endedAtMs: number;
  /** Since when it waits for its due time, and whether in its queue. */
  waiting: Waiting | undefined;
  /** Its message was taken away by what Sluice does not promise to survive: a purge. */
  stranded: boolean;
  /** A purge may have taken what was released: it comes a day late. */
  purged: boolean;
  /** A message of its that was acked may be deleted under whoever begins it next. */
  deletedLate: boolean;
  /** Its retention passed: what comes under its key then is a job of its own. */
  forgotten: boolean;
}

export interface FirstReceives {
  /** Each may start the job unclaimed. */
  count: number;
  /** Those that have the job's name from a message before them: they may not. */
  renewed: number;
  /** The first receive of any message of its, epoch ms: nobody may have been there to take it. */
  atMs: number;
}

export interface Waiting {
  readonly dueAt: number;
  readonly inPlace: boolean;
  /** Faults were drawn when it began to wait. */
  readonly stormy: boolean;
  /** Invocations that had crashed by then. */
  readonly crashes: number;
  /** Whose attempt it was that left it waiting. */
  readonly owner: string | undefined;
}

export interface Start {
  readonly jobId: string;
  readonly run: number;
  /** Of its claim; undefined if it began without one. */
  readonly owner: string | undefined;
  readonly payload: string;
}

export interface Receive {
  readonly isFirst: boolean;
  /** It has its job's name from a message before it. */
  readonly isRenewed: boolean;
  /** Of its first one, epoch ms. */
  readonly firstAtMs: number;
}

/** How a handler starts. */
export interface Starting {
  /** By the clock of its process, epoch ms. */
  readonly nowMs: number;
  /** Its process has the definition that says `begin: 'optimistic'`. */
  readonly isOptimistic: boolean;
  /** No other job runs in its process. */
  readonly isAlone: boolean;
  /** Whether a claim is of its process. */
  isOwn(owner: string): boolean;
}

/** A message whose body is refused. */
export interface RefusedBody {
  readonly messageId: string;
  /** That its body names. */
  readonly key: string;
  readonly body: string;
}

/** Sees all that happens and holds it against the promises. */
export interface Observer {
  readonly violations: string[];
  /** Undefined if the type has no circuit breaker. */
  readonly breaker: BreakerObserver | undefined;
  readonly jobs: ReadonlyMap<string, ObservedJob>;
  /** What the metrics said, and what was so. */
  readonly counts: Map<string, number>;
  readonly truth: Map<string, number>;
  violate(what: string): void;
  watch(sent: { jobId: string; key: string; payload: unknown }): void;
  /** A body that the engine refuses was sent: somebody must hear of it. */
  refused(sent: RefusedBody): void;
  /** The refused bodies that were sent. */
  readonly refusals: readonly (RefusedBody & { readonly hash: string })[];
  /** Looks at every observed job's item. */
  look(): void;
  /** A handler starts. */
  started(job: Job, starting: Starting): void;
  /** A message of these jobs comes to a consumer. */
  received(keys: readonly string[], receive: Receive): void;
  /** A metric was written. */
  counted(name: string): void;
  /** A message was sent to the dead-letter queue. */
  deadLetter(attributes: object): void;
  redriven(deadLetter: { jobId: string; run: number; payload: unknown }): void;
  /** The queue is being purged. @param held keys of the messages that somebody is at work on */
  purging(held: ReadonlySet<string>): void;
  /** Messages of these jobs were acked, and their deletion comes late. */
  deletingLate(keys: ReadonlySet<string>): void;
  /** From now on no fault is drawn. */
  settlingDown(): void;
  /** The observed job with this id, whatever its key. */
  byJobId(jobId: string): ObservedJob | undefined;
}

export interface ObserverDeps {
  readonly clock: Clock;
  readonly raw: (key: string) => Item | undefined;
  readonly item: (key: string) => JobItem | undefined;
  readonly breakerItem: () => BreakerItem | undefined;
  /** Whether the process that made this owner still lives. */
  readonly isAlive: (owner: string) => boolean;
  readonly stormy: () => boolean;
  readonly trace: Trace | undefined;
  readonly subject: {
    readonly definition: JobDefinition;
    readonly older?: object;
    readonly upgrades?: boolean;
    readonly deadlines?: ReadonlyMap<string, Deadlines>;
  };
  readonly settings: QueueSettings;
  /** Messages in the queue. */
  readonly queued: () => number;
  /** Invocations that have crashed so far. */
  readonly crashes: () => number;
  /** Promises that did not hold, of all types of the stage. */
  readonly violations: string[];
}

export interface StartFacts
  extends Pick<ObserverDeps, 'clock' | 'settings' | 'isAlive' | 'subject' | 'queued' | 'crashes'>,
    Starting {
  readonly job: Job;
  readonly settlingSinceMs: number;
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
