import type { JobError } from './errors.ts';
import type { DeadLetterReason } from './job.ts';
import { DEFAULT_APP } from './names.ts';
import { type JobItem, keyOf } from './protocol/job-item.ts';

/** Source of every event that Sluice puts on the account's default EventBridge bus. */
export const EVENT_SOURCE = 'sluice';
/** Detail types: what a rule's pattern names. */
export const DETAIL_TYPES = { completed: 'Job Completed', dead: 'Job Dead-Lettered', expired: 'Job Expired' } as const;
/** The same of a job type's circuit breaker. */
export const BREAKER_DETAIL_TYPES = { opened: 'Circuit Breaker Opened', closed: 'Circuit Breaker Closed' } as const;

/** What every event says of its job. Never the payload, never the result: who needs them looks the job up. */
export interface JobEventDetail {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  /** Its full name: `prod`, or `shop/prod` of an app with a name of its own. */
  readonly stage: string;
  /** Name of the queue that the job came from. */
  readonly queue: string;
  /** 1, and one more after each redrive: with `type`, `key` and the detail type it names the event, however often it comes. */
  readonly run: number;
  readonly attempts: number;
  readonly tenant?: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface CompletedDetail extends JobEventDetail {
  readonly completedAt: string;
}

export interface DeadLetteredDetail extends JobEventDetail {
  readonly reason: DeadLetterReason;
  /** Without its message if the job type's definition says `eventErrorMessage: false`. */
  readonly error?: Pick<JobError, 'name'> & Partial<JobError>;
  readonly failedAt: string;
}

export interface ExpiredDetail extends JobEventDetail {
  /** Which time it missed: `JobExpiredError`, with a message of Sluice's own. */
  readonly error: JobError;
  readonly expiredAt: string;
}

/** What an event says of a job type's circuit breaker that opened by the rate of failures, or that a probe closed. */
export interface BreakerDetail {
  readonly type: string;
  /** Its full name, as of {@link JobEventDetail}. */
  readonly stage: string;
  readonly queue: string;
  /** ISO 8601. With `type` and the detail type it names the event. */
  readonly openedAt: string;
  /** ISO 8601; of one that closed. */
  readonly closedAt?: string;
}

/** An event that a job's end calls for. At least once: it may come again, with the same detail. */
export type JobEvent =
  | { readonly detailType: typeof DETAIL_TYPES.completed; readonly detail: CompletedDetail }
  | { readonly detailType: typeof DETAIL_TYPES.dead; readonly detail: DeadLetteredDetail }
  | { readonly detailType: typeof DETAIL_TYPES.expired; readonly detail: ExpiredDetail };

/** An event of a circuit breaker. Mostly once: a process may die before it publishes it. */
export interface BreakerEvent {
  readonly detailType: (typeof BREAKER_DETAIL_TYPES)[keyof typeof BREAKER_DETAIL_TYPES];
  readonly detail: BreakerDetail;
}

/** Where the job ran: what its item does not hold. */
export interface EventOrigin {
  readonly queueUrl: string;
  readonly tenant: string | undefined;
  /** Whether the event quotes the error's message. @default true */
  readonly errorMessage?: boolean | undefined;
}

/** @throws TypeError if the job is not COMPLETED */
export function completedEvent(item: JobItem, origin: EventOrigin): JobEvent {
  const { completedAt } = item;
  if (completedAt === undefined) throw new TypeError(`job ${item.jobId} did not complete`);
  return { detailType: DETAIL_TYPES.completed, detail: { ...common(item, origin), completedAt } };
}

/** @throws TypeError if the job is not DEAD */
export function deadLetteredEvent(item: JobItem, origin: EventOrigin): JobEvent {
  const { reason, error, failedAt } = item;
  if (reason === undefined || failedAt === undefined) throw new TypeError(`job ${item.jobId} did not die`);
  const said = origin.errorMessage === false && error !== undefined ? { name: error.name } : error;
  const detail = { ...common(item, origin), reason, ...(said !== undefined && { error: said }), failedAt };
  return { detailType: DETAIL_TYPES.dead, detail };
}

/** @throws TypeError if the job is not EXPIRED */
export function expiredEvent(item: JobItem, origin: EventOrigin): JobEvent {
  const { status, error, failedAt } = item;
  if (status !== 'EXPIRED' || error === undefined || failedAt === undefined)
    throw new TypeError(`job ${item.jobId} did not expire`);
  return { detailType: DETAIL_TYPES.expired, detail: { ...common(item, origin), error, expiredAt: failedAt } };
}

/** @param times of the opening, and of the closing if it closed; ISO 8601 */
export function breakerEvent(
  { type, queueUrl }: { readonly type: string; readonly queueUrl: string },
  times: Pick<BreakerDetail, 'openedAt' | 'closedAt'>,
): BreakerEvent {
  const queue = queueOf(queueUrl);
  const detailType = BREAKER_DETAIL_TYPES[times.closedAt === undefined ? 'opened' : 'closed'];
  return { detailType, detail: { type, stage: stageOf(queue), queue, ...times } };
}

const queueOf = (queueUrl: string): string => queueUrl.split('/').at(-1) ?? '';

function common(item: JobItem, { queueUrl, tenant }: EventOrigin): JobEventDetail {
  const queue = queueOf(queueUrl);
  return {
    ...{ id: item.jobId, type: item.type, key: keyOf(item), queue, stage: stageOf(queue) },
    ...{ run: item.runNo, attempts: item.attempts, createdAt: item.createdAt },
    ...(tenant !== undefined && { tenant }),
  };
}

/** Neither app nor stage has a hyphen, so that `<app>-<stage>-<type>` reads only one way. */
function stageOf(queue: string): string {
  const [app, stage = ''] = queue.split('-');
  return app === DEFAULT_APP ? stage : `${app}/${stage}`;
}
