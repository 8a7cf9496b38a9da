import { readEnvelope } from '../../contract/envelope.ts';
import { DEATH } from '../../contract/message-attributes.ts';
import { type DeadLetter, isOurs } from './receive.ts';
import { type DeadFilter, isDeadBy } from './report.ts';

/** Names by which a message's job is known. */
export interface Identity {
  readonly jobId: string;
  readonly key: string;
}

/** A message's identity, as the engine reads it: from the attribute `sluice`, else from the body, else the message id. */
export function identityOf(deadLetter: DeadLetter, type: string): Identity {
  const { own, formerJobId } = deadLetter.read;
  if (own.jobId !== undefined && own.key !== undefined) return { jobId: own.jobId, key: own.key };
  const named = own.jobId ?? formerJobId ?? deadLetter.messageId;
  // Checked against the time of sending: a `runAt` within a year of it was accepted then.
  const read = readEnvelope(deadLetter.body, type, deadLetter.sentAtMs);
  // The version before gave a job whose body it refused no name of the body's.
  if ('refusal' in read && isOurs(deadLetter)) return { jobId: named, key: named };
  const { id = named, key = id } = 'refusal' in read ? read.names : read.envelope;
  return { jobId: id, key };
}

/** When the job died, epoch ms. For a message that SQS moved: when it was first sent. */
export function diedAtMs(deadLetter: DeadLetter): number {
  const failedAt = Date.parse(deathOf(deadLetter)[DEATH.failedAt] ?? '');
  return Number.isNaN(failedAt) ? deadLetter.sentAtMs : failedAt;
}

/** What a dead letter says of its death. A message that SQS moved says nothing: such an attribute is its sender's. */
const deathOf = (deadLetter: DeadLetter): DeadLetter['attributes'] => (isOurs(deadLetter) ? deadLetter.attributes : {});

/** Why the job died. */
export const reasonOf = (deadLetter: DeadLetter): string | undefined => deathOf(deadLetter)[DEATH.reason];

/** Whether a dead letter matches a filter. A message that SQS moved has no reason and no error, so it matches neither. */
export function matches(deadLetter: DeadLetter, type: string, filter: DeadFilter): boolean {
  if (filter.sinceMs !== undefined && diedAtMs(deadLetter) < filter.sinceMs) return false;
  if (filter.key !== undefined && identityOf(deadLetter, type).key !== filter.key) return false;
  return isDeadBy({ reason: reasonOf(deadLetter), error: errorOf(deadLetter) }, filter);
}

/** The error that the job died of. */
export function errorOf(deadLetter: DeadLetter): { name: string; message: string } | undefined {
  const { [DEATH.errorName]: name, [DEATH.errorMessage]: message = '' } = deathOf(deadLetter);
  return name === undefined && message === '' ? undefined : { name: name ?? 'Error', message };
}
