import { prefixOf, SCHEDULES_DLQ } from './names.ts';

/** Fixed names of what schedules that are made at run time need, by a stage's full name. */
export const scheduleNames = {
  /** The schedule group: all of a stage are in one. */
  group: (stage: string) => `${prefixOf(stage)}-schedules`,
  /** What EventBridge Scheduler sends as. IAM's names are the account's: it carries the region. */
  role: (stage: string, region: string) => `${prefixOf(stage)}-scheduler-${region}`,
  /** Of ticks that could not be sent. Between hyphen and underscore stands no type. */
  deadLetterQueue: (stage: string) => `${prefixOf(stage)}-${SCHEDULES_DLQ}`,
  /** A schedule within the group. No type and no name has a dot. */
  schedule: (type: string, name: string) => `${type}.${name}`,
} as const;
