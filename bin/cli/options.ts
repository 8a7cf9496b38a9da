import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import { didYouMean } from '../../lib/contract/definition/suggest.ts';
import type { DeadLetterReason } from '../../lib/contract/job.ts';
import { NoSuchTypeError } from '../../lib/operator/index.ts';
import type { Host } from './host.ts';
import { CATALOGUE } from './project.ts';

/** A command line that is wrong: nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };

/**
 * `30m`, `2h`, `1d`, or a time in ISO 8601, as epoch ms. Without a zone it is local, as every time that is shown; a day
 * alone begins at its local midnight.
 *
 * @throws UsageError for anything else, and for a day that its month does not have
 */
export function since(value: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (count !== undefined) return Date.now() - Number(count) * (UNITS[unit] ?? 0) * 1000;
  const [, year, month, day, rest] = /^(\d{4})-(\d\d)-(\d\d)(.*)$/.exec(value) ?? [];
  if (Number(day) > daysOf(Number(year), Number(month))) {
    throw new UsageError(`--since: there is no such day as ${value.slice(0, 10)}`);
  }
  // JavaScript reads a day alone as one of UTC.
  const at = Date.parse(rest === '' ? `${value}T00:00` : value);
  if (day !== undefined && !Number.isNaN(at)) return at;
  throw new UsageError(`--since must be an age as 30m, 2h or 1d, or a time as 2026-01-31T09:00:00Z, got "${value}"`);
}

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Makes a parser of a whole number. */
export function whole(name: string, { min = 1, max }: { min?: number; max: number }): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new UsageError(`${name} must be a whole number, ${min} to ${max}, got "${value}"`);
  };
}

export const REASONS: readonly DeadLetterReason[] = [
  'PermanentError',
  'AttemptsExhausted',
  'InvalidMessage',
  'InvalidPayload',
  'Crashed',
  'NotAccepted',
  'Expired',
];

/** @throws UsageError for an unknown reason */
export function reason(value: string): string {
  const found = REASONS.find((known) => known.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`--reason must be one of ${REASONS.join(', ')}, got "${value}"${didYouMean(value, REASONS)}`);
}

const KEY = /^[A-Za-z0-9_.:-]{1,250}$/;

/** @throws UsageError for text that cannot be a key, before AWS is called */
export function key(value: string): string {
  if (KEY.test(value)) return value;
  throw new UsageError(`a key or id is 1 to 250 of A-Z a-z 0-9 _ . : -, got ${JSON.stringify(value.slice(0, 80))}`);
}

const TYPE = /^[a-z][a-z0-9-]{0,39}$/;

/** @throws UsageError for text that cannot be a job type */
export function jobType(value: string): string {
  if (TYPE.test(value)) return value;
  throw new UsageError(
    `a job type is 1 to 40 of a-z 0-9 -, starting with a letter, got ${JSON.stringify(value.slice(0, 80))}`,
  );
}

/** The catalogue's definition of a type. @throws NoSuchTypeError that names the types that exist */
export function definitionOf(definitions: readonly JobDefinition[], type: string): JobDefinition {
  const found = definitions.find((definition) => definition.type === type);
  if (found !== undefined) return found;
  const types = definitions.map((definition) => definition.type);
  const guess = didYouMean(type, types) || `; it has: ${types.join(', ')}`;
  throw new NoSuchTypeError(`the catalogue (${CATALOGUE}) has no job type "${type}"${guess}`);
}

/** SQS takes at most 1 MiB. A larger file than this is refused without looking into it. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * The text itself, the contents of `@file`, or standard input for `-`, without a byte order mark.
 *
 * @throws UsageError, or the file system's error
 */
export async function textArgument(value: string, { stdin }: Pick<Host, 'stdin'>): Promise<string> {
  if (value !== '-' && !value.startsWith('@')) return value;
  const name = value === '-' ? 'standard input' : value.slice(1);
  const content = await (value === '-' ? buffer(stdin) : readFile(name));
  if (content.length > MAX_TEXT_BYTES) throw new UsageError(`${name} has more than 64 MiB`);
  return fromUtf8(name, content);
}

/** Text of a file, without a byte order mark. @throws UsageError if it is not UTF-8 */
export function fromUtf8(name: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (cause) {
    throw new UsageError(`${name} is not UTF-8: save it as UTF-8`, { cause });
  }
}
