import type { JobError } from './errors.ts';
import type { DeadLetterReason } from './job.ts';
import { DEFAULT_APP } from './names.ts';
import { type JobItem, keyOf } from './protocol/job-item.ts';

/** Source of every event that Sluice puts on the account's default EventBridge bus. */
export const EVENT_SOURCE = 'sluice';
/** Detail types: what a rule's pattern names. */
export const DETAIL_TYPES = { completed: 'Job Completed', dead: 'Job Dead-Lettered', expired: 'Job Expired' } as const;

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

/** An event that a job's end calls for. At least once: it may come again, with the same detail. */
export type JobEvent =
  | { readonly detailType: typeof DETAIL_TYPES.completed; readonly detail: CompletedDetail }
  | { readonly detailType: typeof DETAIL_TYPES.dead; readonly detail: DeadLetteredDetail }
  | { readonly detailType: typeof DETAIL_TYPES.expired; readonly detail: ExpiredDetail };

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

function common(item: JobItem, { queueUrl, tenant }: EventOrigin): JobEventDetail {
  const queue = queueUrl.split('/').at(-1) ?? '';
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
