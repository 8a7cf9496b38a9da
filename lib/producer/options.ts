import { didYouMean } from '../contract/definition/suggest.ts';
import { InvalidMessageError } from '../contract/errors.ts';
import { MESSAGE_GROUP } from '../contract/sqs-limits.ts';

/** How one job is sent; all of it is optional. */
export interface EnqueueOptions {
  /** Names the job, 1 to 128 of `A-Za-z0-9_.:-`. @default a UUIDv7 */
  readonly id?: string | undefined;
  /** Idempotency key, 1 to 250 of the same: within the retention, jobs of one type with one key run once. @default id */
  readonly key?: string | undefined;
  /** Attempts in all, 1 to 100. @default the definition's */
  readonly maxAttempts?: number | undefined;
  /** When the first attempt starts, at most a year ahead; text is ISO 8601 with a zone. Not with `delaySeconds`. @default now */
  readonly runAt?: Date | string | undefined;
  /** Seconds until the first attempt, 0 to 31,622,400 (a year). Not with `runAt`. @default 0 */
  readonly delaySeconds?: number | undefined;
  /** A job that has not begun by then ends EXPIRED, without running; text is ISO 8601 with a zone. @default never */
  readonly startBefore?: Date | string | undefined;
  /** No attempt starts from then on: the job ends EXPIRED. Text is ISO 8601 with a zone. @default never */
  readonly endBefore?: Date | string | undefined;
  /** Whose job it is, 1 to 128 printable ASCII characters: SQS shares a queue fairly between tenants. @default none */
  readonly tenant?: string | undefined;
}

/** The options, checked, as the message needs them. */
export interface CheckedOptions {
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly maxAttempts: number | undefined;
  readonly runAt: string | undefined;
  readonly startBefore: string | undefined;
  readonly endBefore: string | undefined;
  readonly tenant: string | undefined;
}

const KNOWN = ['id', 'key', 'maxAttempts', 'runAt', 'delaySeconds', 'startBefore', 'endBefore', 'tenant'] as const;
/** A leap year, as the envelope's `runAt`. */
const MAX_AHEAD_SECONDS = 366 * 24 * 3600;

/**
 * Checks what the envelope's own check does not see: `id`, `key`, `maxAttempts` and the time itself are refused there.
 *
 * @throws InvalidMessageError saying which option is wrong and what it must be
 */
export function checkedOptions(options: EnqueueOptions, nowMs: number): CheckedOptions {
  const unknown = Object.keys(options).find((name) => !(KNOWN as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidMessageError(
      `unknown option "${unknown}"${didYouMean(unknown, KNOWN) || `; known: ${KNOWN.join(', ')}`}`,
    );
  }
  const { id, key, maxAttempts, tenant } = options;
  if (tenant !== undefined && !(typeof tenant === 'string' && MESSAGE_GROUP.test(tenant))) {
    const wanted = '1 to 128 printable ASCII characters without spaces';
    throw new InvalidMessageError(`"tenant" must be ${wanted}, got ${JSON.stringify(tenant)?.slice(0, 80)}`);
  }
  return {
    ...{ id, key, maxAttempts, runAt: startOf(options, nowMs), tenant },
    startBefore: textOf('startBefore', options.startBefore),
    endBefore: textOf('endBefore', options.endBefore),
  };
}

function startOf({ runAt, delaySeconds }: EnqueueOptions, nowMs: number): string | undefined {
  if (delaySeconds === undefined) return textOf('runAt', runAt);
  if (runAt !== undefined) throw new InvalidMessageError('give "runAt" or "delaySeconds", not both');
  if (!Number.isFinite(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_AHEAD_SECONDS) {
    throw new InvalidMessageError(`"delaySeconds" must be 0 to ${MAX_AHEAD_SECONDS} (a year), got ${delaySeconds}`);
  }
  return delaySeconds === 0 ? undefined : new Date(nowMs + delaySeconds * 1000).toISOString();
}

function textOf(name: string, time: Date | string | undefined): string | undefined {
  if (!(time instanceof Date)) return time;
  if (Number.isNaN(time.getTime())) throw new InvalidMessageError(`"${name}" is an invalid Date`);
  return time.toISOString();
}
