import type { CreateScheduleCommandInput, UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { SchedulerCalls, StoredSchedule } from '../../lib/aws/scheduler.ts';
import { checkRequest } from '../../lib/testing/aws/request-check.ts';

/** EventBridge Scheduler in memory: what the API Reference says of names, groups and updates, and no clock of its own. */
export interface MemoryScheduler {
  readonly client: SchedulerCalls;
  /** By `<group>/<name>`. */
  readonly schedules: ReadonlyMap<string, StoredSchedule>;
  /** Of each call, its name. */
  readonly calls: string[];
  /** What the schedule of this name sends at a time, its mark replaced; nothing if it is switched off. */
  fire(name: string, time: string): string | undefined;
  /** Changes a schedule, as somebody at AWS's own page does. */
  alter(name: string, change: Partial<StoredSchedule>): void;
}

const NAME = /^[0-9a-zA-Z-_.]{1,64}$/;
/** Longest description (EventBridge Scheduler API Reference, CreateSchedule). */
const MAX_DESCRIPTION = 512;
/** What Scheduler replaces in an input (User Guide, "Adding context attributes"). */
const ATTRIBUTES = /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g;
const PAGE = 2;

const failure = (name: string, message: string) => Object.assign(new Error(message), { name });

export function makeMemoryScheduler({
  group = 'sluice-test-schedules',
  now = Date.now,
}: {
  group?: string;
  now?: () => number;
} = {}): MemoryScheduler {
  const schedules = new Map<string, StoredSchedule>();
  const calls: string[] = [];
  const called = (name: string, input: object) => {
    calls.push(name);
    checkRequest({ name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, input });
  };
  const keyOf = (given: { GroupName?: string | undefined; Name: string | undefined }) =>
    `${given.GroupName ?? 'default'}/${given.Name}`;
  const stored = (given: { GroupName?: string | undefined; Name: string | undefined }) => {
    const found = schedules.get(keyOf(given));
    if (found === undefined) throw failure('ResourceNotFoundException', `Schedule ${given.Name} does not exist.`);
    return found;
  };
  const write = (input: CreateScheduleCommandInput | UpdateScheduleCommandInput) => {
    if (!NAME.test(input.Name ?? '')) throw failure('ValidationException', `the name ${input.Name}`);
    if ((input.Description ?? '').length > MAX_DESCRIPTION) throw failure('ValidationException', 'the description');
    const LastModificationDate = new Date(now());
    // What an update leaves out is set back.
    schedules.set(keyOf(input), { State: 'ENABLED', ...input, LastModificationDate } as StoredSchedule);
  };
  const client: SchedulerCalls = {
    async createSchedule(input) {
      called('createSchedule', input);
      if (input.GroupName !== group) {
        throw failure('ResourceNotFoundException', `Schedule group ${input.GroupName} does not exist.`);
      }
      if (schedules.has(keyOf(input))) throw failure('ConflictException', `${input.Name} exists`);
      write(input);
      return {};
    },
    async updateSchedule(input) {
      called('updateSchedule', input);
      stored(input);
      write(input);
      return {};
    },
    async getSchedule(input) {
      called('getSchedule', input);
      return stored(input);
    },
    async listSchedules(input) {
      called('listSchedules', input);
      const { GroupName, NamePrefix = '', NextToken = '0' } = input;
      const all = [...schedules.values()].filter(
        (one) => one.GroupName === GroupName && one.Name?.startsWith(NamePrefix) === true,
      );
      const from = Number(NextToken);
      const next = from + PAGE;
      const page = all.slice(from, next).map(({ Name, GroupName: of }) => ({ Name, GroupName: of }));
      return { Schedules: page, ...(next < all.length && { NextToken: String(next) }) };
    },
    async deleteSchedule(input) {
      called('deleteSchedule', input);
      stored(input);
      schedules.delete(keyOf(input));
      return {};
    },
  };
  return {
    ...{ client, schedules, calls },
    fire(name, time) {
      const { State, Target } = stored({ GroupName: group, Name: name });
      return State === 'ENABLED'
        ? Target?.Input?.replaceAll(ATTRIBUTES, (_, name) => (name === 'scheduled-time' ? time : 'replaced'))
        : undefined;
    },
    alter(name, change) {
      const given = { GroupName: group, Name: name };
      schedules.set(keyOf(given), { ...stored(given), ...change });
    },
  };
}
