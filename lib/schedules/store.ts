import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { cutAsTheyCome } from '../aws/cut.ts';
import type { SchedulerCalls, StoredSchedule } from '../aws/scheduler.ts';
import { didYouMean } from '../contract/definition/suggest.ts';
import { scheduleNames } from '../contract/schedule-names.ts';
import { NoSuchScheduleError, ScheduleError } from './errors.ts';
import { mayExist } from './names.ts';

/** A schedule by its type and name. */
export interface Named {
  readonly type: string;
  readonly name: string;
}

/** Schedules that are read at the same time. */
const SIDE_BY_SIDE = 5;

const isName = (error: unknown, name: string): boolean => (error as { name?: unknown }).name === name;

/** The schedules of a stage in EventBridge Scheduler: one group. */
export function storeOf(scheduler: SchedulerCalls, stage: string) {
  const GroupName = scheduleNames.group(stage);
  const nameOf = ({ type, name }: Named) => ({ GroupName, Name: scheduleNames.schedule(type, name) });

  async function find(named: Named): Promise<StoredSchedule | undefined> {
    if (!mayExist(named.type, named.name)) return undefined;
    try {
      return await scheduler.getSchedule(nameOf(named));
    } catch (error) {
      if (isName(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  /** Type and name of each; a type's alone, if one is given. */
  async function names(type?: string): Promise<Named[]> {
    const found: Named[] = [];
    const NamePrefix = type === undefined ? undefined : scheduleNames.schedule(type, '');
    let NextToken: string | undefined;
    do {
      const page = await scheduler.listSchedules({
        GroupName,
        MaxResults: 100,
        ...(NamePrefix !== undefined && { NamePrefix }),
        ...(NextToken !== undefined && { NextToken }),
      });
      for (const { Name = '' } of page.Schedules ?? []) {
        const [of = '', name] = Name.split('.');
        // Another name than ours is somebody else's schedule.
        if (name !== undefined) found.push({ type: of, name });
      }
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return found;
  }

  async function get(named: Named): Promise<StoredSchedule> {
    const stored = await find(named);
    if (stored !== undefined) return stored;
    const { type, name } = named;
    const known = (await names(type)).map((one) => one.name);
    const there = known.length === 0 ? `; ${type} has none` : didYouMean(name, known) || `; it has: ${some(known)}`;
    throw new NoSuchScheduleError(`stage "${stage}" has no schedule "${name}" of ${type}${there}`);
  }

  async function all(type?: string): Promise<(readonly [Named, StoredSchedule])[]> {
    const found: (readonly [Named, StoredSchedule])[] = [];
    for (const part of cutAsTheyCome(await names(type), ({ length }) => length < SIDE_BY_SIDE)) {
      const stored = await Promise.all(part.map(find));
      // One that is gone was deleted, or has ended, meanwhile.
      for (const [i, one] of part.entries()) if (stored[i] !== undefined) found.push([one, stored[i]]);
    }
    return found;
  }

  type Input = Omit<CreateScheduleCommandInput, 'Name' | 'GroupName'>;

  return {
    ...{ find, get, all },
    update: (named: Named, input: Input) => scheduler.updateSchedule({ ...input, ...nameOf(named) }),
    /** @returns false if there is one of that name meanwhile */
    async create(named: Named, input: Input): Promise<boolean> {
      try {
        await scheduler.createSchedule({ ...input, ...nameOf(named) });
        return true;
      } catch (error) {
        if (isName(error, 'ConflictException')) return false;
        if (!isName(error, 'ResourceNotFoundException')) throw error;
        throw new ScheduleError(
          `stage "${stage}" has no schedule group ${GroupName}: deploy its core stack with this version`,
          { cause: error },
        );
      }
    },
    /** @returns false if there is none */
    async remove(named: Named): Promise<boolean> {
      if (!mayExist(named.type, named.name)) return false;
      try {
        await scheduler.deleteSchedule(nameOf(named));
        return true;
      } catch (error) {
        if (isName(error, 'ResourceNotFoundException')) return false;
        throw error;
      }
    },
  };
}

export type ScheduleStore = ReturnType<typeof storeOf>;

const SHOWN = 10;
const some = (all: readonly string[]): string =>
  all.length > SHOWN ? `${all.slice(0, SHOWN).join(', ')} and ${all.length - SHOWN} more` : all.join(', ');
