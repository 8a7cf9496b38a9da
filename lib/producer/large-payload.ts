import { hash } from 'node:crypto';
import type { ProducerS3 } from '../aws/producer-ports.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import {
  MAX_INLINE_BYTES,
  MAX_PAYLOAD_BYTES,
  PAYLOAD_DAYS,
  type PayloadRef,
  payloadKey,
} from '../contract/payload-ref.ts';
import { MAX_MESSAGE_BYTES } from '../contract/sqs-limits.ts';
import { callFailure } from './call-failure.ts';
import { MessageTooLargeError, SendError } from './errors.ts';
import { startTries, type TryLimits } from './tries.ts';

/** Where large payloads go. */
export interface ProducerPayloads {
  /** `new S3()` of @aws-sdk/client-s3. */
  readonly s3: ProducerS3;
  /** The stage's bucket, as its core stack's output `PayloadsBucket` and the variable SLUICE_PAYLOADS of its functions name it. */
  readonly bucket: string;
}

/** A payload that goes to S3 before its message goes to SQS. */
export interface LargePayload {
  readonly ref: PayloadRef;
  readonly body: Uint8Array;
}

/** Whether a message is so large that its payload goes to S3, where the stage keeps payloads there. */
export const isLarge = (bytes: number): boolean => bytes > MAX_INLINE_BYTES;

/** @throws MessageTooLargeError if SQS would refuse it */
export function checkFits(bytes: number): void {
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new MessageTooLargeError(bytes, `${whole(MAX_MESSAGE_BYTES)} bytes fit; deploy with -c payloads=on for more`);
  }
}

/**
 * A payload as an object of the stage's bucket.
 *
 * @param runAtMs when its job starts: the object is kept beyond the last redrive of it
 * @throws MessageTooLargeError beyond 100 MB
 */
export function largePayload(
  text: string,
  { type, queueRetention }: JobDefinition,
  { runAtMs, nowMs }: { readonly runAtMs: number; readonly nowMs: number },
): LargePayload {
  const body = Buffer.from(text);
  const bytes = body.length;
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new MessageTooLargeError(bytes, '100 MB fit: keep the data elsewhere and send its address');
  }
  const sha256 = hash('sha256', body, 'hex');
  const key = payloadKey(daysFor(Math.max(0, runAtMs - nowMs), queueRetention), type, sha256);
  return { ref: { key, sha256, bytes }, body };
}

const DAY_MS = 24 * 3600 * 1000;
/** Of the dead-letter queue 14, of attempts that wait 7, and one more. */
const BEYOND_QUEUE_DAYS = 22;

function daysFor(aheadMs: number, queueRetention: number): number {
  const needed = Math.ceil(aheadMs / DAY_MS) + queueRetention + BEYOND_QUEUE_DAYS;
  return PAYLOAD_DAYS.find((days) => days >= needed) ?? PAYLOAD_DAYS[2];
}

/** A megabyte a second: what a request of 100 MB may need beyond the time of a small one. */
const SLOWEST_BYTES_PER_MS = 1000;

/**
 * Puts a payload, also one that is there: its age begins anew.
 *
 * @throws SendError if S3 refuses it, or does not take it in all tries: nothing was sent
 */
export async function putPayload(
  { ref: { key, sha256 }, body }: LargePayload,
  { s3, bucket }: ProducerPayloads,
  limits: TryLimits,
): Promise<void> {
  const tries = startTries({ ...limits, timeoutMs: limits.timeoutMs + body.length / SLOWEST_BYTES_PER_MS });
  const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
  const input = { Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', ChecksumSHA256 };
  for (;;) {
    try {
      await tries.request((options) => s3.putObject(input, options));
      return;
    } catch (cause) {
      const { code, isTransient } = callFailure(cause);
      if (isTransient && (await tries.again())) continue;
      const what = `nothing was sent: S3 did not take the payload, for the bucket ${bucket} (${code})`;
      throw new SendError(what, { code, maybeSent: false, cause });
    }
  }
}

const whole = (count: number): string => count.toLocaleString('en-US');
