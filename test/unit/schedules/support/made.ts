import {
  createSchedules,
  type ScheduleSqs,
  type Schedules,
  type SchedulesOptions,
} from '../../../../lib/schedules/index.ts';
import { type MemoryScheduler, makeMemoryScheduler } from '../../../support/memory-scheduler.ts';
import { makeWorld, STAGE, type World, type WorldOptions } from '../../../support/world.ts';

/** A stage with one job type, and schedules that are made there at run time. */
export interface Made {
  readonly world: World;
  readonly scheduler: MemoryScheduler;
  readonly schedules: Schedules;
  /** Lets a schedule tick: its message comes to the queue. */
  tick(name: string, time: string): void;
}

export function made(world: WorldOptions = {}, options: SchedulesOptions = {}): Made {
  const there = makeWorld(world);
  const { now } = there.clock;
  const scheduler = makeMemoryScheduler({ now });
  const sqs = there.sqs.client as ScheduleSqs;
  const schedules = createSchedules({ stage: STAGE, scheduler: scheduler.client, sqs, now, endpoint: '', ...options });
  return {
    ...{ world: there, scheduler, schedules },
    tick(name, time) {
      const body = scheduler.fire(`probe.${name}`, time);
      if (body !== undefined) there.send(body);
    },
  };
}

/** Every morning at seven in Berlin. */
export const MORNING = {
  expression: 'cron(0 7 * * ? *)',
  timeZone: 'Europe/Berlin',
  payload: { do: 'complete' },
} as const;
