import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ProducerSqs } from '../aws/ports.ts';
import { type CallFailure, callFailure } from './call-failure.ts';
import type { EncodedJob } from './encode.ts';
import { SendError } from './errors.ts';

/** A job that SQS took. */
export interface SentJob {
  readonly jobId: string;
  /** SQS's id of the message. */
  readonly messageId: string;
}

/** @throws SendError if SQS refused it, or did not answer; the SDK has tried three times by then */
export async function sendOne({ jobId, message }: EncodedJob, queueUrl: string, sqs: ProducerSqs): Promise<SentJob> {
  try {
    const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, ...message }));
    return { jobId, messageId: MessageId };
  } catch (cause) {
    throw sendError(jobId, { ...callFailure(cause), cause });
  }
}

/** Says what became of a job that was not taken. */
export function sendError(
  jobId: string,
  failure: Pick<CallFailure, 'code' | 'maybeSent'> & { cause?: unknown },
): SendError {
  const { code, maybeSent, cause } = failure;
  const said = cause instanceof Error ? `${code}: ${cause.message}` : code;
  const message = maybeSent
    ? `job ${jobId} may or may not have been sent (${said}): send it again under the same id, it runs once`
    : `SQS did not take job ${jobId}: ${said}`;
  return new SendError(message, { code, maybeSent, cause });
}
