import type {
  CreateScheduleCommandInput,
  DeleteScheduleCommandInput,
  GetScheduleCommandInput,
  GetScheduleCommandOutput,
  ListSchedulesCommandInput,
  ListSchedulesCommandOutput,
  SchedulerClientConfig,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';

/** A schedule as EventBridge Scheduler has it. */
export type StoredSchedule = Omit<GetScheduleCommandOutput, '$metadata'>;

/** The calls to EventBridge Scheduler: a `Scheduler` of @aws-sdk/client-scheduler, or what stands in for one. */
export interface SchedulerCalls {
  createSchedule(input: CreateScheduleCommandInput): Promise<object>;
  updateSchedule(input: UpdateScheduleCommandInput): Promise<object>;
  getSchedule(input: GetScheduleCommandInput): Promise<StoredSchedule>;
  listSchedules(input: ListSchedulesCommandInput): Promise<Omit<ListSchedulesCommandOutput, '$metadata'>>;
  deleteSchedule(input: DeleteScheduleCommandInput): Promise<object>;
}

/** EventBridge Scheduler, whose client is loaded at the first call: whoever makes no schedule does not load it. */
export function lazyScheduler(settings: SchedulerClientConfig = {}): SchedulerCalls {
  let made: Promise<SchedulerCalls> | undefined;
  const client = () => {
    made ??= import('@aws-sdk/client-scheduler').then(({ Scheduler }) => new Scheduler(settings));
    return made;
  };
  return {
    createSchedule: async (input) => (await client()).createSchedule(input),
    updateSchedule: async (input) => (await client()).updateSchedule(input),
    getSchedule: async (input) => (await client()).getSchedule(input),
    listSchedules: async (input) => (await client()).listSchedules(input),
    deleteSchedule: async (input) => (await client()).deleteSchedule(input),
  };
}
