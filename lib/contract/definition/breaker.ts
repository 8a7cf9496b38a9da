import { JobDefinitionError } from '../errors.ts';
import { checkedNumber, checkedObject, type NumberRule, shown } from './option.ts';

/** When a job type stops starting attempts because its third party is down, and how it finds out that it is back. */
export interface CircuitBreaker {
  /** It opens when so many percent of the attempts failed, 1 to 100. */
  readonly failurePercent: number;
  /** Of at least so many attempts, 1 to 10,000: fewer say nothing. */
  readonly ofAtLeast: number;
  /** That ended within so many seconds, 10 to 3,600. */
  readonly perSeconds: number;
  /** Names of the errors that count. @default every error that would be tried again */
  readonly errors?: readonly string[];
  /** While it is open, one job is let through every so many seconds, 1 to 3,600: the probe. */
  readonly probeSeconds: number;
}

const MISSING = Number.NaN;

const RULES = {
  failurePercent: { min: 1, max: 100, default: MISSING, why: 'of the attempts that ended in perSeconds' },
  ofAtLeast: { min: 1, max: 10_000, default: MISSING, why: 'attempts; fewer do not open it' },
  perSeconds: { min: 10, max: 3600, default: MISSING, why: 'what failed an hour ago says nothing of now' },
  probeSeconds: { min: 1, max: 3600, default: MISSING, why: 'seconds between two probes while it is open' },
} as const satisfies Record<Exclude<keyof CircuitBreaker, 'errors'>, NumberRule>;

const MAX_ERRORS = 50;
/** As an item keeps the name of an error. */
const MAX_NAME = 128;

/** @throws JobDefinitionError unless the value is absent or has all four numbers, each in its range */
export function checkedBreaker(value: unknown): CircuitBreaker | undefined {
  if (value === undefined) return undefined;
  const given = checkedObject('breaker', value, [...Object.keys(RULES), 'errors']);
  const number = (name: keyof typeof RULES) => {
    const { min, max, why } = RULES[name];
    if (given[name] !== undefined) return checkedNumber(`breaker.${name}`, given[name], RULES[name]);
    throw new JobDefinitionError(`breaker.${name} is missing: give a whole number, ${min} to ${max} (${why})`);
  };
  const errors = checkedErrors(given.errors);
  return Object.freeze({
    failurePercent: number('failurePercent'),
    ofAtLeast: number('ofAtLeast'),
    perSeconds: number('perSeconds'),
    ...(errors !== undefined && { errors }),
    probeSeconds: number('probeSeconds'),
  });
}

function checkedErrors(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length >= 1 && value.length <= MAX_ERRORS;
  if (isList && value.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= MAX_NAME))
    return Object.freeze([...new Set(value as string[])]);
  throw new JobDefinitionError(
    `breaker.errors must be a list of 1 to ${MAX_ERRORS} names of errors of 1 to ${MAX_NAME} characters, got ${shown(value)}`,
  );
}

/** Ids that start with `~` are no jobs. */
export const breakerId = (type: string): string => `~breaker#${type}`;
