import { fromSqs } from '../../aws/message-attributes.ts';
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

/** The idempotency key of the job that a message carries. */
export const keyOf = (message: StoredMessage): string => namesOf(message).key;
