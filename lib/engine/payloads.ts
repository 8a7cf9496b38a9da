import type { SQSRecord } from 'aws-lambda';
import { type InvalidMessageError, PermanentError } from '../contract/errors.ts';
import type { ReadPayload } from '../contract/payload.ts';
import type { PayloadRef } from '../contract/payload-ref.ts';

/** What of a job lies in S3. */
export interface Payloads {
  /**
   * Fetches the payload of a job that has begun. What the schema refuses, or was changed since it was sent, is a refusal.
   *
   * @throws PermanentError if the object is gone; what the SDK throws if S3 does not answer
   */
  read(ref: PayloadRef, signal: AbortSignal): Promise<ReadPayload>;
  /**
   * The body that AWS's extended client put into S3.
   *
   * @returns undefined if the message holds its body itself
   * @throws what the SDK throws if S3 does not answer: the message must be kept
   */
  bodyOf(record: SQSRecord): Promise<Unwrapped | undefined>;
}

export type Unwrapped = { readonly body: string } | { readonly refusal: InvalidMessageError };

export const noPayloads = (): PermanentError =>
  new PermanentError(
    'the payload lies in S3, and this stage keeps none there: deploy with -c payloads=on, then redrive',
  );
