import type { StoredMessage } from '../aws/sqs/model.ts';

/** The idempotency key of the job that a message carries. */
export function keyOf({ body, attributes, messageId }: StoredMessage): string {
  const { key, id } = JSON.parse(body) as { key?: string; id?: string };
  return key ?? id ?? attributes.jobId?.StringValue ?? messageId;
}
