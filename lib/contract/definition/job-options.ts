import type * as z from 'zod';
import type { Accept } from './accept.ts';
import type { AlarmThresholds } from './alarm-thresholds.ts';
import type { Answers } from './answers.ts';
import type { BeginKind } from './begin-option.ts';
import type { CircuitBreaker } from './breaker.ts';
import type { ExtendedFrom } from './extended-from.ts';
import type { ProvisionedPollers } from './pollers.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RetryOptions } from './retry-options.ts';
import type { JobSchedule } from './schedule.ts';
import type { TracingKind } from './tracing.ts';

/** What `defineJob` takes; everything but `type` and `payload` has a default. */
export interface JobOptions<Type extends string, Schema extends z.ZodType, Next extends string = string> {
  /** Names the queue, the stack and the metrics: `[a-z][a-z0-9-]{0,39}`, not ending in `-dlq`, `-high` or `-low`. */
  readonly type: Type;
  /** zod schema of the payload; the handler's input type is inferred from it. */
  readonly payload: Schema;
  /** How often and when a failed job is tried again. @default five attempts; 1 s, 5 s, 30 s, 5 min, 30 min */
  readonly retry?: RetryOptions;
  /** Seconds that one attempt of one job may take, 1 to 840. @default 30 */
  readonly timeoutSeconds?: number;
  /** Messages that one invocation gets at most, 1 to 10,000; beyond 10 a batch window is needed. @default 10 */
  readonly batchSize?: number;
  /** Seconds to gather a batch, 0 to 300 (SQS event source limit). @default 0 */
  readonly batchWindowSeconds?: number;
  /** Invocations side by side, 2 to 1,000 (SQS event source limit). @default 50 */
  readonly maxConcurrency?: number;
  /**
   * Pollers kept ready, in place of `maxConcurrency`: `{ min: 2 to 200, max: 2 to 2,000 }`; ten invocations each.
   * @default none: Lambda polls as it sees fit, which costs nothing
   */
  readonly provisionedPollers?: Partial<ProvisionedPollers> | undefined;
  /** Whether the jobs of a batch run side by side (`true`) or one after another. @default true */
  readonly parallel?: boolean;
  /** Memory of the function in MB, 128 to 10,240; its share of a CPU grows with it. @default 512 */
  readonly memoryMb?: number;
  /** Days that SQS keeps a message, 1 to 14. @default 7 */
  readonly queueRetention?: number;
  /**
   * Days that a finished job's item is kept and its idempotency key stays unique: at least `queueRetention` plus one,
   * or a late duplicate would run again; at most 3,650. @default queueRetention + 1
   */
  readonly retention?: number;
  /**
   * `failures` leaves out the two lines of an attempt that goes well (`job.started`, `job.completed`): most of what logs
   * cost. Metrics are the same. @default 'all'
   */
  readonly logs?: 'all' | 'failures';
  /**
   * Whether a `Job Completed` event goes to the default EventBridge bus for each job, at least once. A job's death is
   * always published. @default false
   */
  readonly completionEvent?: boolean;
  /**
   * Whether the event of a job's death quotes its error's message. `false` where messages may hold personal data: every rule
   * of the account can pass events on. The error's name stays, and so does the message in item, dead letter and logs.
   * @default true
   */
  readonly eventErrorMessage?: boolean;
  /**
   * Attempts that may begin in a time, over all consumers together; a job over the limit waits without an attempt.
   * @default none
   * @example { limit: 50, perSeconds: 1 }
   */
  readonly rateLimit?: RateLimit;
  /**
   * Stops starting attempts while so many fail as only an outage explains, of the third party that the jobs need, say. Jobs wait
   * without spending attempts, one probe every `probeSeconds` excepted; the first that succeeds lets them start again, few at
   * first. Not with `begin: 'optimistic'`.
   * @default none
   * @example { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 }
   */
  readonly breaker?: CircuitBreaker;
  /**
   * `optimistic` is for handlers that may safely run twice at once: the first delivery of a job is not claimed, which saves one
   * of its two writes. Late duplicates are still dropped, and `commit` is still exactly once. Not with `rateLimit` or `breaker`, and not for
   * the callback of a batch. @default 'claimed'
   */
  readonly begin?: BeginKind;
  /**
   * Seconds, 1 to 31,622,400 (a year), from `createdAt` or `runAt`, whichever is later: a job that has not begun by then ends
   * EXPIRED, without running. Not with `begin: 'optimistic'`, and not of the callback of a batch. @default none
   */
  readonly startWithinSeconds?: number;
  /**
   * `deadLetter`: jobs that expire are dead-lettered, for the reason `Expired`. Not with `begin: 'optimistic'`.
   * @default they end EXPIRED, without a dead letter
   */
  readonly expired?: 'deadLetter';
  /**
   * How attempts are traced. `otel`: an OpenTelemetry span each, sent by a layer, or to `OTEL_EXPORTER_OTLP_ENDPOINT`. `true`: by
   * X-Ray, whose SDK is in maintenance, a subsegment each; a later version takes it out. @default false
   */
  readonly tracing?: TracingKind;
  /**
   * Whether the type takes no new jobs: producers refuse to send, and its schedules are taken away. What was sent, and what
   * others still send, runs to its end. Once it is empty, its stack may be destroyed. @default false
   */
  readonly retired?: boolean;
  /**
   * Makes jobs of messages that are not Sluice's: `fromS3Notification`, `fromSns`, `fromEventBridge`, `fromRaw`, or your own.
   * Several jobs are sent to the queue one by one. Not with `schedule`. @default none: such messages are dead-lettered
   * @example ({ body }) => ({ id: JSON.parse(body).orderId, payload: JSON.parse(body) })
   */
  readonly accept?: Accept<z.input<Schema>>;
  /**
   * The bucket in which AWS's extended clients (Java, Python) put message bodies that are too large for SQS. They must be
   * envelopes; other buckets are refused. Not with `accept`. @default none: such messages are dead-lettered
   */
  readonly extendedFrom?: ExtendedFrom;
  /**
   * Makes the type a part of flows, and names the types that its jobs may be followed by: the next step of a chain, what a handler
   * stages with `context.enqueue` and `context.batch`. The stack grants exactly these queues. An empty list is for a type that
   * hands on to nobody: a last step, a child. @default none: its jobs are in no flow
   */
  readonly handsOn?: readonly Next[];
  /**
   * Who may wait for its jobs as the end of a chain: `stepFunctions`, or `durableFunctions:<function>`. Needs `handsOn`.
   * @default nobody
   */
  readonly answers?: readonly Answers[];
  /** Thresholds of the job type's alarms. */
  readonly alarms?: Partial<AlarmThresholds>;
  /** Jobs that EventBridge sends by itself, again and again. @default none */
  readonly schedule?: readonly JobSchedule<z.input<Schema>>[];
}
