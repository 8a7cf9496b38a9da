import { JobDefinitionError } from '../errors.ts';
import { checkedObject, shown } from './option.ts';
import { expressionFault } from './schedule-expression.ts';
import { spelledTimeZone } from './time-zone.ts';

/** A job that EventBridge sends by itself, again and again. */
export interface JobSchedule<P = unknown> {
  /** Begins the ids of its jobs, `<name>:<scheduled time>`: 1 to 40 of `a-z`, `0-9` and `-`, starting with a letter. */
  readonly name: string;
  /** In EventBridge's form: `rate(5 minutes)`, or `cron(minutes hours day-of-month month day-of-week year)`. */
  readonly expression: string;
  /** IANA name of the zone that a cron expression is meant in, spelled as there. @default UTC */
  readonly timeZone?: string;
  /** The payload of each of its jobs; checked against the definition's schema when the stack is built. */
  readonly payload: P;
  /** Stages in which it is deployed switched off. @default none */
  readonly offInStages?: readonly string[];
}

const KNOWN = ['name', 'expression', 'timeZone', 'payload', 'offInStages'];
const NAME = /^[a-z][a-z0-9-]{0,39}$/;
/** Rules of one job type: no limit of AWS's, an early word against a list that was made by a program. */
const MAX_SCHEDULES = 50;
/**
 * No schedule fired before Sluice was there. A definition asks no clock: its consumer must load after its last time, too.
 * What has passed since is refused when the stack is built.
 */
const FIRST_TIME_MS = Date.UTC(2026, 0, 1);

/** @throws JobDefinitionError for an unknown option, a value out of range, or two schedules of one name */
export function checkedSchedules(value: unknown): readonly JobSchedule[] {
  if (value === undefined) return Object.freeze([]);
  if (!Array.isArray(value) || value.length > MAX_SCHEDULES) {
    throw new JobDefinitionError(`schedule must be a list of at most ${MAX_SCHEDULES}, got ${shown(value)}`);
  }
  const schedules = Array.from(value, (one, i) => checkedSchedule(`schedule[${i}]`, one));
  const twice = schedules.find(({ name }, i) => schedules.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new JobDefinitionError(`schedule has two of the name "${twice.name}"`);
  return Object.freeze(schedules);
}

function checkedSchedule(path: string, value: unknown): JobSchedule {
  const given = checkedObject(path, value, KNOWN);
  const { name, expression, payload } = given;
  if (typeof name !== 'string' || !NAME.test(name)) {
    const wanted = '1 to 40 of a-z, 0-9 and "-", starting with a letter';
    throw new JobDefinitionError(`${path}.name must be ${wanted}, got ${shown(name)}`);
  }
  const fault =
    typeof expression === 'string' ? expressionFault(expression, FIRST_TIME_MS) : 'must be text, as rate(5 minutes)';
  if (fault !== undefined) throw new JobDefinitionError(`${path}.expression ${fault}, got ${shown(expression)}`);
  if (payload === undefined) throw new JobDefinitionError(`${path}.payload is missing`);
  const timeZone = checkedTimeZone(`${path}.timeZone`, given.timeZone, String(expression));
  return Object.freeze({
    name,
    expression: String(expression),
    ...(timeZone !== undefined && { timeZone }),
    payload,
    offInStages: checkedStages(`${path}.offInStages`, given.offInStages),
  });
}

function checkedTimeZone(path: string, value: unknown, expression: string): string | undefined {
  if (value === undefined || value === 'UTC') return undefined;
  const spelled = typeof value === 'string' ? spelledTimeZone(value) : undefined;
  if (typeof value !== 'string' || spelled !== value) {
    const wanted = spelled === undefined ? 'in its spelling, as "Europe/Berlin"' : `which spells it "${spelled}"`;
    throw new JobDefinitionError(
      `${path} must be a name of the IANA time zone database, ${wanted}, got ${shown(value)}`,
    );
  }
  if (!expression.startsWith('cron')) throw new JobDefinitionError(`${path} is for cron(…): a rate has no time of day`);
  return value;
}

function checkedStages(path: string, value: unknown): readonly string[] {
  if (value === undefined) return Object.freeze([]);
  if (!Array.isArray(value) || !value.every((stage) => typeof stage === 'string')) {
    throw new JobDefinitionError(`${path} must be a list of stages, as ["dev"], got ${shown(value)}`);
  }
  return Object.freeze([...value]);
}
