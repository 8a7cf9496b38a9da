import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names, prefixOf } from '../../contract/names.ts';

/**
 * The alarms of a job type: the end of their names, after the queue's name. Names are fixed, so that the dashboard of another
 * stack shows them without a reference.
 */
export const JOB_ALARMS = {
  deadLetters: 'dlq-not-empty',
  queueDepth: 'queue-depth',
  queueAge: 'queue-age',
  failures: 'failure-rate',
  stalled: 'stalled',
  functionErrors: 'function-errors',
  throttles: 'throttles',
  duration: 'near-timeout',
  notGettingThrough: 'not-getting-through',
  duplicates: 'duplicates',
  schedulesFailed: 'schedules-failed',
  breakerOpen: 'breaker-open',
} as const;

export type JobAlarm = keyof typeof JOB_ALARMS;

type Alarmed = Pick<JobDefinition, 'alarms' | 'schedule'> & Partial<Pick<JobDefinition, 'breaker'>>;

/** The alarms that a definition has: the one on duplicates by choice, those on its schedules and its breaker if it has them. */
export const alarmsOf = ({ alarms, schedule, breaker }: Alarmed): JobAlarm[] =>
  (Object.keys(JOB_ALARMS) as JobAlarm[]).filter((alarm) => {
    if (alarm === 'duplicates') return alarms.duplicateJobs !== undefined;
    if (alarm === 'breakerOpen') return breaker !== undefined;
    return alarm !== 'schedulesFailed' || schedule.length > 0;
  });

/** The dispatcher's alarms: the end of their names, after the dispatcher's name. */
export const DISPATCHER_ALARMS = { errors: 'errors', noTick: 'no-tick', lateness: 'retries-overdue' } as const;

export type DispatcherAlarmKind = keyof typeof DISPATCHER_ALARMS;

export const jobAlarmName = (stage: string, type: string, alarm: JobAlarm): string =>
  `${names.queue(stage, type)}-${JOB_ALARMS[alarm]}`;

/** The alarm on missing ticks of one schedule. */
export const scheduleAlarmName = (stage: string, type: string, schedule: string): string =>
  `${names.queue(stage, type)}-no-tick-${schedule}`;

/** The alarm on ticks of schedules made at run time that could not be sent. */
export const stageSchedulesAlarmName = (stage: string): string => `${prefixOf(stage)}-schedules-failed`;

export const dispatcherAlarmName = (stage: string, alarm: DispatcherAlarmKind): string =>
  `${names.dispatcher(stage)}-${DISPATCHER_ALARMS[alarm]}`;
