import type { Message } from '../contract/protocol/message.ts';
import type { Failure, SettleStep } from '../contract/protocol/settle.ts';
import type { Claim } from './claim.ts';
import type { Engine } from './engine.ts';

/** Fields that every line about a message carries. Never the payload. */
export const messageFields = ({ jobId, key, group }: Message, { definition }: Pick<Engine, 'definition'>) => ({
  jobId,
  // The item is found by its key: whoever knows only the id finds the key here.
  ...(key !== jobId && { key }),
  jobType: definition.type,
  ...(group !== undefined && { tenant: group }),
});

/** Fields that every line about an attempt carries. */
export const jobFields = ({ item, message }: Claim, engine: Pick<Engine, 'definition'>) => ({
  ...messageFields(message, engine),
  attempt: item.attempts,
  maxAttempts: item.maxAttempts,
  ...(item.runNo > 1 && { run: item.runNo }),
});

/** Milliseconds since the attempt began. */
export const durationMs = ({ item }: Claim, { clock }: Pick<Engine, 'clock'>): number =>
  clock.now() - Date.parse(item.processedAt ?? item.createdAt);

const EVENT = { parked: 'job.parked', snoozed: 'job.snoozed', dead: 'job.dead' } as const satisfies Partial<
  Record<string, string>
>;

interface FailedAttempt {
  readonly claim: Claim;
  readonly failure: Failure;
  readonly step: SettleStep;
  readonly thrown: unknown;
}

/** `job.failed` with the cause chain, then what the failure led to: `job.retrying`, `.parked`, `.snoozed` or `.dead`. */
export function logFailure(engine: Engine, { claim, failure, step, thrown }: FailedAttempt): void {
  const { log } = engine;
  const error = { errorName: failure.error.name, errorMessage: failure.error.message };
  const fields = { ...jobFields(claim, engine), ...error, durationMs: durationMs(claim, engine) };
  if (failure.kind === 'snooze') {
    log.info(EVENT.snoozed, { ...fields, delayMs: failure.delayMs });
    return;
  }
  log.warn('job.failed', { ...fields, ...(thrown instanceof Error && { error: bare(thrown) }) });
  if (failure.kind === 'dead') log.error(EVENT.dead, { ...fields, reason: failure.reason });
  else log.info(step.row === 'parked' ? EVENT.parked : 'job.retrying', { ...fields, delayMs: failure.delayMs });
}

/** More causes than a stack of libraries hands on. */
const MAX_CAUSES = 5;

/**
 * An error without what its thrower hung on it: clients put whole requests and replies there (Stripe's carry the payment
 * method and the client's secret), and those are payloads.
 */
function bare(error: Error, causes = MAX_CAUSES): Error {
  const { cause } = error;
  const hasCause = cause instanceof Error && causes > 0;
  const copy = new Error(error.message, hasCause ? { cause: bare(cause, causes - 1) } : undefined);
  Object.defineProperty(copy, 'name', { value: error.name, enumerable: false });
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
