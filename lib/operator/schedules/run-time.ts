import { createSchedules, ScheduleError, type ScheduleSqs, type Schedules } from '../../schedules/index.ts';
import type { Stage } from '../aws.ts';

/** The schedules of a stage that were made at run time. @param sqs sends what `runNow` and `backfill` send */
export function runTimeSchedules({ name, aws, endpoint, now }: Stage, sqs: ScheduleSqs): Schedules {
  const { scheduler } = aws;
  if (scheduler === undefined) throw new ScheduleError('there is no client of EventBridge Scheduler');
  return createSchedules({ stage: name, scheduler, sqs, endpoint: endpoint ?? '', ...(now !== undefined && { now }) });
}
