import { toJobError } from '../contract/errors.ts';
import type { Message } from '../contract/protocol/message.ts';
import type { Failure, SettleStep } from '../contract/protocol/settle.ts';
import { isError, readError } from '../contract/thrown.ts';
import type { Claim, Engine } from './engine.ts';
import type { Annotations, SentIn } from './telemetry/traced.ts';

/** Fields that every line about a message carries. Never the payload. */
export const messageFields = ({ jobId, key, group }: Message, { definition }: Pick<Engine, 'definition'>) => ({
  jobId,
  // The key finds the item in the table; here it can be looked up by the id.
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

/** What an attempt's trace is found by. */
export function annotationsOf({ item, message }: Claim, engine: Pick<Engine, 'definition'>): Annotations {
  return { ...messageFields(message, engine), attempt: item.attempts, run: item.runNo };
}

/** What a message says of the trace that it was sent in. */
export const sentIn = ({ messageId, trace, sender }: Message): SentIn => ({
  messageId,
  header: trace,
  traceparent: sender?.traceparent?.value,
});

/** Milliseconds since the attempt began. */
export const durationMs = ({ item }: Claim, { clock }: Pick<Engine, 'clock'>): number =>
  clock.now() - Date.parse(item.processedAt ?? item.createdAt);

interface FailedAttempt {
  readonly claim: Claim;
  readonly failure: Failure;
  readonly step: SettleStep;
  readonly thrown: unknown;
}

/**
 * Logs `job.failed` with its causes, then what the failure led to: `job.retrying`, `job.parked` or `job.dead`; of a circuit breaker's probe `job.probed`. A job that
 * did not fail is only `job.snoozed` or `job.put-back`.
 */
export function logFailure(engine: Engine, { claim, failure, step, thrown }: FailedAttempt): void {
  const { log } = engine;
  const error = { errorName: failure.error.name, errorMessage: failure.error.message };
  const fields = { ...jobFields(claim, engine), ...error, durationMs: durationMs(claim, engine) };
  if (failure.kind === 'snooze' || failure.kind === 'putBack') {
    log.info(failure.kind === 'snooze' ? 'job.snoozed' : 'job.put-back', { ...fields, delayMs: failure.delayMs });
    return;
  }
  log.warn('job.failed', { ...fields, ...errorField(thrown) });
  if (failure.kind === 'dead') log.error('job.dead', { ...fields, reason: failure.reason });
  else
    log.info(step.row === 'parked' || step.row === 'probed' ? `job.${step.row}` : 'job.retrying', {
      ...fields,
      delayMs: failure.delayMs,
    });
}

/** What a line says of anything thrown. */
export function thrownFields(thrown: unknown) {
  const { name: errorName, message: errorMessage } = toJobError(thrown);
  return { errorName, errorMessage, ...errorField(thrown) };
}

const errorField = (thrown: unknown) => isError(thrown) && { error: readError(thrown) };
