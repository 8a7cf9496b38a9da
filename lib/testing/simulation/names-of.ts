import { fromSqs } from '../../aws/message-attributes.ts';
import type { AcceptedJob } from '../../contract/definition/accept.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { readEnvelope } from '../../contract/envelope.ts';
import { readAttributes } from '../../contract/message-attributes.ts';
import type { StoredMessage } from '../aws/sqs/model.ts';

/** The names by which a message's job is known, as the engine reads them. */
export function namesOf({ body, attributes, messageId }: Pick<StoredMessage, 'body' | 'attributes' | 'messageId'>): {
  readonly jobId: string;
  readonly key: string;
} {
  const { own, formerJobId } = readAttributes(fromSqs(attributes));
  if (own.jobId !== undefined && own.key !== undefined) return { jobId: own.jobId, key: own.key };
  // Neither the type nor the time changes what a body is called.
  const read = readEnvelope(body, '', 0);
  const { id = own.jobId ?? formerJobId ?? messageId, key = id } = 'refusal' in read ? read.names : read.envelope;
  return { jobId: id, key };
}

/** The idempotency keys of the jobs that a message carries: several, if it is to be split. */
export function keysOf(message: StoredMessage, definition: JobDefinition): string[] {
  const jobs = acceptedIn(message, definition);
  return jobs.length === 0 ? [namesOf(message).key] : jobs.map(({ id, key = id }) => key);
}

/** The jobs that the definition's `accept` makes of a message that is not ours; none of any other. */
export function acceptedIn(
  { body, attributes, messageId }: Pick<StoredMessage, 'body' | 'attributes' | 'messageId'>,
  { accept }: JobDefinition,
): readonly AcceptedJob[] {
  const { own } = readAttributes(fromSqs(attributes));
  const isOurs = own.foreign !== true && (own.jobId !== undefined || own.envelope === true);
  if (accept === undefined || isOurs) return [];
  try {
    const first = own.firstMessageId ?? own.jobId ?? messageId;
    const jobs: unknown = accept({ body, attributes: {}, messageId: first });
    return Array.isArray(jobs) ? (jobs as AcceptedJob[]) : jobs === 'drop' ? [] : [jobs as AcceptedJob];
  } catch {
    return [];
  }
}
