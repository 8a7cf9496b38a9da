import type { Logger } from '@aws-lambda-powertools/logger';
import type { Sqs } from '../aws/ports.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { QueueSettings } from '../contract/definition/queue-settings.ts';
import type { JobItem } from '../contract/protocol/job-item.ts';
import type { Message } from '../contract/protocol/message.ts';
import type { Staged } from '../contract/protocol/settle.ts';
import { LEASE_BEYOND_END_MS } from '../contract/protocol/timing.ts';
import type { CallTime } from './calls/call-time.ts';
import type { Publish } from './calls/events.ts';
import type { Clock } from './clock.ts';
import type { Flow } from './flow-types.ts';
import type { JobContext } from './job-context.ts';
import type { Payloads } from './payloads.ts';
import type { RunningJob } from './running.ts';
import type { JobStore } from './table/job-store.ts';
import type { Meter } from './telemetry/metrics.ts';
import type { Tracing } from './telemetry/traced.ts';
import type { UnderWay } from './under-way.ts';

/** Everything that a consumer works with, made once for a process. */
export interface Engine {
  readonly definition: JobDefinition;
  /** The user's work, behind the definition's types. */
  readonly perform: (payload: unknown, context: JobContext) => unknown;
  readonly settings: QueueSettings;
  readonly queueUrl: string;
  /** The same, where the dispatcher does not find the queue by its name: parked items keep it. */
  readonly parkedUrl?: string | undefined;
  readonly deadLetterQueueUrl: string;
  /** The only way to the jobs table. */
  readonly store: JobStore;
  readonly sqs: Sqs;
  /** Undefined if the type has no part in flows. */
  readonly flow?: FlowPart | undefined;
  readonly publish: Publish;
  /** What all of them make their calls in. */
  readonly callTime: CallTime;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Never the same twice, in any process. At most 36 characters, which is what a ClientRequestToken takes. */
  readonly nonce: () => string;
  /** Never throws, nor does the meter: nothing waits for what they report. */
  readonly log: Logger;
  readonly meter: Meter;
  /** Undefined if the job type is not traced. */
  readonly tracing?: Promise<Tracing | undefined> | undefined;
  /** Undefined if the job type reads no S3. */
  readonly payloads?: Promise<Payloads> | undefined;
  /** Jobs whose handlers were called and whose attempts have not ended. */
  readonly running: UnderWay<RunningJob>;
  /** Aborted at SIGTERM, and when an exception ends the process. */
  readonly shutdown: AbortSignal;
}

/** What jobs of flows need beside: it is not in the bundles of types without `handsOn`. */
export interface FlowPart {
  /** What follows from the end of a job that completed, expired or was cancelled. @returns whether all of it is done; never throws */
  end(item: JobItem, message: Message, engine: Engine): Promise<boolean>;
  /** Notes a death in the job's batch, before its dead letter is sent. @throws WriteError if the table did not take it */
  died(item: JobItem, message: Message, engine: Engine): Promise<void>;
  /** What a callback knows of its batch, or why that could not be read. Never throws. */
  readFlow(claim: Claim, engine: Engine): Promise<Flow | { readonly error: unknown } | undefined>;
  /** Says to whoever waits for the chain that the job is alive. Never throws. */
  progressed(message: Message, engine: Engine): void;
  /** @param flow what {@link readFlow} gave */
  makeStaging(claim: Claim, engine: Engine, flow: Flow | undefined): Staging;
}

/** What one attempt stages. */
export interface Staging {
  /** Its part of the handler's context. */
  readonly context: Pick<JobContext, 'enqueue' | 'batch' | 'flow' | 'previous'>;
  /** Nothing is staged. */
  isEmpty(): boolean;
  /**
   * The handler has returned: packs what it staged. From now on nothing more is taken.
   *
   * @throws InvalidPayloadError if a schema that takes time refused a payload
   * @throws JobResultError if the result has no room beside
   */
  finish(result: unknown): Promise<Staged>;
  /** The attempt has ended, however it did. */
  close(): void;
}

/** What bounds one invocation. */
export interface Invocation {
  /** Lambda kills the process then, epoch ms. */
  readonly endsAtMs: number;
}

/** A job that has begun: what this attempt holds. Each checkpoint replaces `item`. */
export interface Claim {
  item: JobItem;
  /** No row stands in the table yet: the attempt's end writes it, or an earlier claim (row `claimedLate`). @default false */
  unclaimed?: boolean;
  /** It is a probe of its type's circuit breaker: its nonce. */
  readonly probe?: string;
  /** Such a claim is under way. */
  claiming?: Promise<Error | undefined> | undefined;
  /** Once the handler has ended: its latest progress, if it reported any. */
  progress?: unknown;
  /** With its payload, once that was fetched. */
  message: Message;
}

/** End of the lease of an attempt that begins in this invocation, epoch ms. */
export const leaseUntilMs = ({ endsAtMs }: Invocation): number => endsAtMs + LEASE_BEYOND_END_MS;
