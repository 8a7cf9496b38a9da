import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ProducerSqs } from '../aws/producer-ports.ts';
import { type CallFailure, callFailure } from './call-failure.ts';
import type { EncodedJob } from './encode.ts';
import { SendError } from './errors.ts';
import { type ProducerPayloads, putPayload } from './large-payload.ts';
import type { EarlierJob } from './look.ts';
import { startTries, type TryLimits } from './tries.ts';

/** A job that SQS took. */
export interface SentJob {
  readonly jobId: string;
  /** SQS's id of the message. */
  readonly messageId: string;
  /** Of `onDuplicate: 'look'`: the job that had the key already. The consumer drops this one. */
  readonly duplicateOf?: EarlierJob;
}

/** Where and how jobs are sent. */
export interface SendDeps {
  readonly sqs: ProducerSqs;
  readonly queueUrl: string;
  readonly limits: TryLimits;
  /** Where a large payload goes before its message. */
  readonly payloads: ProducerPayloads | undefined;
}

/** @throws SendError if S3 or SQS refused it, or did not take it in all tries */
export async function sendOne(
  { jobId, message, large }: EncodedJob,
  { sqs, queueUrl, limits, payloads }: SendDeps,
): Promise<SentJob> {
  if (large !== undefined && payloads !== undefined) await putPayload(large, payloads, limits);
  const tries = startTries(limits);
  let maybeSent = false;
  for (;;) {
    try {
      const command = () => new SendMessageCommand({ QueueUrl: queueUrl, ...message });
      const { MessageId = '' } = await tries.request((options) => sqs.send(command(), options));
      return { jobId, messageId: MessageId };
    } catch (cause) {
      const failure = callFailure(cause);
      maybeSent ||= failure.maybeSent;
      if (!failure.isTransient || !(await tries.again())) throw sendError(jobId, { ...failure, maybeSent, cause });
    }
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
