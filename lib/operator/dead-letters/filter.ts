import { readEnvelope } from '../../contract/envelope.ts';
import { DEATH } from '../../contract/message-attributes.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { type DeadFilter, isDeadBy, makeIsChosen } from './dead-jobs.ts';
import { type DeadLetter, isOurs, runOf } from './receive.ts';

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

/**
 * Which dead letters match a filter. A message that SQS moved has no reason, no error and no run: it matches none of them. One of
 * ours whose run is not on it is taken by its key: whoever acts on it looks its run up.
 */
export function makeMatch(type: string, filter: DeadFilter): (deadLetter: DeadLetter) => boolean {
  const isChosen = makeIsChosen(filter.jobs);
  const named = filter.keys && new Set(filter.keys);
  const keys = new Set(filter.jobs?.map(({ key }) => key));
  const isOfChosen = (deadLetter: DeadLetter) => {
    if (filter.jobs === undefined) return true;
    const { key } = identityOf(deadLetter, type);
    const run = runOf(deadLetter);
    return run === undefined ? lacksRun(deadLetter) && keys.has(key) : isOurs(deadLetter) && isChosen({ key, run });
  };
  return (deadLetter) => {
    if (filter.sinceMs !== undefined && diedAtMs(deadLetter) < filter.sinceMs) return false;
    if (filter.key !== undefined && identityOf(deadLetter, type).key !== filter.key) return false;
    if (named !== undefined && !named.has(identityOf(deadLetter, type).key)) return false;
    return isOfChosen(deadLetter) && isDeadBy({ reason: reasonOf(deadLetter), error: errorOf(deadLetter) }, filter);
  };
}

/** SQS's limit, less the most that a dead letter's attributes can take (512 characters of error message, and names). */
const MAY_LACK_ATTRIBUTES_BYTES = MAX_MESSAGE_BYTES - 8192;

/** Whether it may be one of ours whose body left no room for the attribute `run`. The job's item knows. */
export function lacksRun(deadLetter: DeadLetter): boolean {
  if (runOf(deadLetter) !== undefined) return false;
  return (
    deadLetter.attributes[DEATH.jobType] !== undefined ||
    Buffer.byteLength(deadLetter.body) >= MAY_LACK_ATTRIBUTES_BYTES
  );
}

/** The error that the job died of. */
export function errorOf(deadLetter: DeadLetter): { name: string; message: string } | undefined {
  const { [DEATH.errorName]: name, [DEATH.errorMessage]: message = '' } = deathOf(deadLetter);
  return name === undefined && message === '' ? undefined : { name: name ?? 'Error', message };
}
