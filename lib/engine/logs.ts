import type { Logger } from '@aws-lambda-powertools/logger';
import type { Failure, SettleStep } from '../contract/settle.ts';
import type { Claim } from './claim.ts';

/** Fields that every line about a job carries. Never the payload. */
export const jobFields = ({ item }: Claim) => ({
  jobId: item.jobId,
  jobType: item.type,
  attempt: item.attempts,
  maxAttempts: item.maxAttempts,
  ...(item.runNo > 1 && { run: item.runNo }),
});

const EVENT = { S5: 'job.parked', S6: 'job.snoozed', S7: 'job.dead' } as const satisfies Partial<
  Record<string, string>
>;

interface FailedAttempt {
  readonly claim: Claim;
  readonly failure: Failure;
  readonly step: SettleStep;
  readonly thrown: unknown;
}

/** `job.failed` with the cause chain, then what the failure led to: `job.retrying`, `.parked`, `.snoozed` or `.dead`. */
export function logFailure(log: Logger, { claim, failure, step, thrown }: FailedAttempt): void {
  const fields = { ...jobFields(claim), errorName: failure.error.name, errorMessage: failure.error.message };
  if (failure.kind === 'snooze') {
    log.info(EVENT.S6, { ...fields, delayMs: failure.delayMs });
    return;
  }
  log.warn('job.failed', { ...fields, ...(thrown instanceof Error && { error: thrown }) });
  if (failure.kind === 'dead') log.error(EVENT.S7, { ...fields, reason: failure.reason });
  else log.info(step.row === 'S5' ? EVENT.S5 : 'job.retrying', { ...fields, delayMs: failure.delayMs });
}
