import { fetchObject, type S3Objects } from '../aws/payloads.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { InvalidMessageError } from '../contract/errors.ts';
import { pointerIn } from '../contract/extended-client.ts';
import { MAX_PAYLOAD_BYTES } from '../contract/payload-ref.ts';
import type { Unwrapped } from './payloads.ts';

/** Longest key of an object, UTF-8 (S3 User Guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/**
 * The body that AWS's extended client put into S3 in place of the message.
 *
 * @returns undefined if the body is no such pointer
 * @throws what the SDK throws if S3 does not answer
 */
export async function bodyOf(
  body: string,
  { extendedFrom }: JobDefinition,
  s3: S3Objects,
): Promise<Unwrapped | undefined> {
  const pointer = pointerIn(body);
  if (pointer === undefined || extendedFrom === undefined) return undefined;
  const { bucket, key } = pointer;
  if (bucket !== extendedFrom.bucket) {
    return refused(`the body is in the bucket ${quoted(bucket)}: it is read from ${quoted(extendedFrom.bucket)} alone`);
  }
  // Asked for these, S3 and its client fail in ways that are not told from an outage: the message would be tried for ever.
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES)
    return refused(`the body lies under a key of ${keyBytes} bytes: S3 has keys of 1 to ${MAX_KEY_BYTES}`);
  const found = await fetchObject(s3, { bucket, key, maxBytes: MAX_PAYLOAD_BYTES });
  if (found.kind === 'gone') return refused(`the body is gone: ${quoted(bucket)} has no object ${quoted(key)}`);
  if (found.kind === 'tooLarge') return refused(`the body has ${found.bytes} bytes: ${MAX_PAYLOAD_BYTES} are read`);
  return { body: Buffer.from(found.bytes).toString('utf8') };
}

const refused = (why: string) => ({ refusal: new InvalidMessageError(why) });

/** S3's names, of whoever sent the message. */
const quoted = (name: string): string => JSON.stringify(name.slice(0, 80));
