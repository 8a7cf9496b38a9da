import type { SchedulerCalls } from '../aws/scheduler.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { PayloadInput } from '../contract/payload.ts';
import type { SentJob } from '../producer/send-one.ts';
import type { Backfilled, BackfillOptions } from './backfill.ts';
import type { TypeOf } from './names.ts';
import type { ScheduleSqs } from './place.ts';
import type { MissedTicks, ScheduleInfo } from './record.ts';

/** Settings of `createSchedules`; all of it is optional. */
export interface SchedulesOptions {
  /** Stage whose queues get the jobs. @default environment variable SLUICE_STAGE, else `dev` */
  readonly stage?: string;
  /** App that the stage is of. @default the one that a full name as `shop/prod` has, else `sluice` */
  readonly app?: string;
  /** A `Scheduler` of @aws-sdk/client-scheduler. @default one of the SDK's own configuration, made at the first call */
  readonly scheduler?: SchedulerCalls;
  /** An `SQSClient`. @default one of the SDK's own configuration, made at the first call */
  readonly sqs?: ScheduleSqs;
  /** Where AWS answers: an emulator cannot do all. @default AWS_ENDPOINT_URL_SCHEDULER, else AWS_ENDPOINT_URL */
  readonly endpoint?: string | undefined;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
}

/** When a schedule fires, and what it sends. */
export interface ScheduleOptions<P = unknown> {
  /** `rate(5 minutes)`, `cron(0 7 * * ? *)` or, once, `at(2027-01-31T09:00:00)`. */
  readonly expression: string;
  /** IANA name of the zone that a cron or an at is meant in, spelled as there. @default UTC */
  readonly timeZone?: string | undefined;
  /** The payload of each of its jobs, checked against the definition's schema. */
  readonly payload: P;
  /** The last time at which it may fire; text is ISO 8601 with a zone. Then AWS deletes it. @default none */
  readonly until?: Date | string | undefined;
  /** Attempts in all of each job, 1 to 100. @default the definition's */
  readonly maxAttempts?: number | undefined;
}

/** The schedules of one stage that are made at run time. */
export interface Schedules {
  /**
   * Makes a schedule, or replaces the one of that name. One that is paused stays paused.
   *
   * @param name 1 to 40 of `a-z`, `0-9` and `-`, starting with a letter; with the type at most 63 characters
   * @throws ScheduleError for a name or an option that cannot be, and for times that never come; InvalidPayloadError if the
   *         schema refuses the payload; RetiredTypeError; SendError if the type has no queue
   * @example await schedules.put(report, `daily-${tenant}`, { expression: 'cron(0 7 * * ? *)', timeZone, payload });
   */
  put<D extends JobDefinition>(
    definition: D,
    name: string,
    options: ScheduleOptions<PayloadInput<D>>,
  ): Promise<ScheduleInfo & { readonly created: boolean }>;
  /** All of the stage, or those of a type, by their names. Of each that is paused it counts the ticks that it missed. */
  list(type?: TypeOf): Promise<ScheduleInfo[]>;
  /** Stops its ticks. It keeps since when it is paused. @throws NoSuchScheduleError */
  pause(type: TypeOf, name: string): Promise<ScheduleInfo>;
  /**
   * Starts its ticks again, and tells how many came meanwhile: none of them is sent by itself (`backfill`).
   *
   * @returns `missed` is absent of one that was not paused
   * @throws NoSuchScheduleError; ScheduleError for an at whose time has passed
   */
  resume(type: TypeOf, name: string): Promise<ScheduleInfo & { readonly missed?: MissedTicks }>;
  /** @returns whether there was one */
  delete(type: TypeOf, name: string): Promise<boolean>;
  /** Sends one job of it now, beside its ticks. @throws NoSuchScheduleError, SendError */
  runNow(type: TypeOf, name: string): Promise<SentJob>;
  /**
   * Sends a job for each tick between two times, under the id that the tick's own job has: a tick that ran within the
   * definition's retention is a duplicate, and runs nothing.
   *
   * @throws NoSuchScheduleError; ScheduleError for a rate, a time to come, or more ticks than `limit`; SendError
   * @example await schedules.backfill(report, 'daily', { from: missed.from, to: missed.to });
   */
  backfill(type: TypeOf, name: string, options: BackfillOptions): Promise<Backfilled>;
}
