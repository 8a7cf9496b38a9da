import { decodeEnvelope } from '../../contract/envelope.ts';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { DEATH, type DeadLetter, jobIdOf } from './receive.ts';
import { type DeadFilter, isDeadBy } from './report.ts';

/** Names by which a message's job is known. */
export interface Identity {
  readonly jobId: string;
  readonly key: string;
}

/**
 * A message's identity, as the engine reads it: from the body, else from the attribute, else the message id. A body that is
 * refused has none.
 *
 * @param body a body to read instead of the dead letter's own
 */
export function identityOf(deadLetter: DeadLetter, type: string, body = deadLetter.body): Identity {
  const named = jobIdOf(deadLetter);
  try {
    // Checked against the time of sending: a `runAt` within a year of it was accepted then.
    const { id = named, key = id } = decodeEnvelope(body, type, deadLetter.sentAtMs);
    return { jobId: id, key };
  } catch {
    return { jobId: named, key: named };
  }
}

/** When the job died, epoch ms. For a message that SQS moved: when it was first sent. */
export function diedAtMs({ attributes, sentAtMs }: DeadLetter): number {
  const failedAt = Date.parse(attributes[DEATH.failedAt] ?? '');
  return Number.isNaN(failedAt) ? sentAtMs : failedAt;
}

/** Whether a dead letter matches a filter. A message that SQS moved has no reason and no error, so it matches neither. */
export function matches(deadLetter: DeadLetter, type: string, filter: DeadFilter): boolean {
  if (filter.sinceMs !== undefined && diedAtMs(deadLetter) < filter.sinceMs) return false;
  if (filter.key !== undefined && identityOf(deadLetter, type).key !== filter.key) return false;
  return isDeadBy({ reason: deadLetter.attributes[DEATH.reason], error: errorOf(deadLetter) }, filter);
}

/** The error that the job died of. */
export function errorOf({ attributes }: DeadLetter): { name: string; message: string } | undefined {
  const name = attributes[DEATH.errorName];
  const message = attributes[DEATH.errorMessage] ?? '';
  return name === undefined && message === '' ? undefined : { name: name ?? 'Error', message };
}

/** The run that died. */
export const runOf = ({ attributes }: DeadLetter): string | undefined => attributes[MESSAGE_ATTRIBUTES.run];
