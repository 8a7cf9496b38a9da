import { hash } from 'node:crypto';
import { InvalidPayloadError, PermanentError } from '../contract/errors.ts';
import type { PayloadRef } from '../contract/payload-ref.ts';
import { errorName, statusOf } from './errors.ts';
import type { ProducerS3 } from './producer-ports.ts';

/** The calls to S3 by which payloads are put and fetched: an `S3` of @aws-sdk/client-s3, or what stands in for one. */
export interface S3Objects extends ProducerS3 {
  getObject(
    input: { readonly Bucket: string; readonly Key: string },
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<S3Answer>;
}

/** S3 for those who operate a stage: they know a bucket by its name alone. */
export interface OperatorS3 extends S3Objects {
  headBucket(input: { readonly Bucket: string }): Promise<object>;
  /** The region that the client calls. */
  region(): Promise<string>;
}

interface S3Answer {
  readonly Body?: { transformToByteArray(): Promise<Uint8Array>; destroy?(): unknown } | undefined;
  readonly ContentLength?: number | undefined;
}

/** A stage's bucket of large payloads. */
export interface PayloadBucket {
  readonly s3: S3Objects;
  readonly bucket: string;
}

/** An object to look for. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
  /** Bytes beyond which it is not read. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** An object, or why it is not there to be read. */
export type S3Found =
  | { readonly kind: 'found'; readonly bytes: Uint8Array }
  | { readonly kind: 'gone' }
  | { readonly kind: 'tooLarge'; readonly bytes: number };

/** Fetches an object. @throws what the SDK throws if S3 refuses or does not answer */
export async function fetchObject(s3: S3Objects, { bucket, key, maxBytes, signal }: S3Place): Promise<S3Found> {
  try {
    const options = signal === undefined ? undefined : { abortSignal: signal };
    const { Body, ContentLength = 0 } = await s3.getObject({ Bucket: bucket, Key: key }, options);
    if (ContentLength > maxBytes) {
      // Not read to its end: the connection goes.
      Body?.destroy?.();
      return { kind: 'tooLarge', bytes: ContentLength };
    }
    return { kind: 'found', bytes: (await Body?.transformToByteArray()) ?? new Uint8Array() };
  } catch (error) {
    // A bucket that is not there says nothing of its objects: it is deployed again, and the job goes on.
    const name = errorName(error);
    if (name === 'NoSuchKey' || (statusOf(error) === 404 && name !== 'NoSuchBucket')) return { kind: 'gone' };
    throw error;
  }
}

/**
 * Fetches a payload, and checks that it is the one that the message names.
 *
 * @returns its JSON text
 * @throws PermanentError if the object is gone; InvalidPayloadError if it was changed; what the SDK throws otherwise
 */
export async function fetchPayload(
  { s3, bucket }: PayloadBucket,
  { key, sha256, bytes }: PayloadRef,
  signal?: AbortSignal,
): Promise<string> {
  const found = await fetchObject(s3, { bucket, key, maxBytes: bytes, signal });
  if (found.kind === 'gone') {
    throw new PermanentError(`the payload is gone: its object was kept ${key.split('/')[0]} days`);
  }
  const length = found.kind === 'found' ? found.bytes.length : found.bytes;
  if (length !== bytes || found.kind !== 'found') {
    throw new InvalidPayloadError(`the payload was changed: its object has ${length} bytes, the message says ${bytes}`);
  }
  if (hash('sha256', found.bytes, 'hex') !== sha256) {
    throw new InvalidPayloadError('the payload was changed: its object has another SHA-256 than the message says');
  }
  return Buffer.from(found.bytes).toString('utf8');
}
