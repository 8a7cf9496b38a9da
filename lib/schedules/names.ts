import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { didYouMean } from '../contract/definition/suggest.ts';
import { ScheduleError } from './errors.ts';

/** A job type: its definition, or its name. */
export type TypeOf = string | Pick<JobDefinition, 'type'>;

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
/** Of a schedule (EventBridge Scheduler API Reference, CreateSchedule), less the dot between type and name. */
const MAX_TOGETHER = 63;
const TYPE = /^[a-z][a-z0-9-]{0,39}$/;

export function typeOf(given: TypeOf): string {
  const type = typeof given === 'string' ? given : given.type;
  if (TYPE.test(type)) return type;
  throw new ScheduleError(`a job type is 1 to 40 of a-z 0-9 -, starting with a letter, got ${shown(type)}`);
}

/** @throws ScheduleError unless it is 1 to 40 of a-z, 0-9 and "-", starting with a letter, and with the type at most 63 */
export function checkName(type: string, name: string): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new ScheduleError(
      `a schedule's name is 1 to 40 of a-z, 0-9 and "-", starting with a letter, got ${shown(name)}`,
    );
  }
  if (type.length + name.length <= MAX_TOGETHER) return;
  const left = MAX_TOGETHER - type.length;
  throw new ScheduleError(
    `type and name of a schedule have ${MAX_TOGETHER} characters together: beside "${type}", ${left} are left, got ${shown(name)} (${name.length})`,
  );
}

/** Whether there may be a schedule of this type and name: AWS refuses to look for another. */
export const mayExist = (type: string, name: string): boolean =>
  TYPE.test(type) && NAME.test(name) && type.length + name.length <= MAX_TOGETHER;

const OPTIONS = ['expression', 'timeZone', 'payload', 'until', 'maxAttempts'];

/** @throws ScheduleError for an option that there is none of */
export function checkKnown(options: object): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown === undefined) return;
  throw new ScheduleError(
    `unknown option "${unknown}"${didYouMean(unknown, OPTIONS) || `; known: ${OPTIONS.join(', ')}`}`,
  );
}

const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 80);
