/** Schedules of jobs that a service makes at run time, over EventBridge Scheduler. */
import { createSchedules } from './schedules.ts';
import type { Schedules } from './types.ts';

export type { SchedulerCalls } from '../aws/scheduler.ts';
export { InvalidMessageError, InvalidPayloadError } from '../contract/errors.ts';
export { RetiredTypeError, SendError } from '../producer/errors.ts';
export type { SentJob } from '../producer/send-one.ts';
export type { Backfilled, BackfillOptions } from './backfill.ts';
export { NoSuchScheduleError, ScheduleError } from './errors.ts';
export type { TypeOf } from './names.ts';
export type { ScheduleSqs } from './place.ts';
export type { MissedTicks, ScheduleInfo } from './record.ts';
export { createSchedules } from './schedules.ts';
export type { ScheduleOptions, Schedules, SchedulesOptions } from './types.ts';

/** The schedules of the stage that SLUICE_STAGE names, else of `dev`; see {@link Schedules}. */
export const schedules: Schedules = createSchedules();
