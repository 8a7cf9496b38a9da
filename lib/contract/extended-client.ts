/** Where AWS's extended client put a message's body. */
export interface Pointer {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The classes by which the extended clients of Java and Python mark a body that lies in S3 (`PayloadS3Pointer` of
 * payloadoffloading-common 2.2.0, and `client.py` of amazon-sqs-extended-client 1.0.1, which both write the older one on demand).
 */
const CLASSES =
  /^\s*\[\s*"(software\.amazon\.payloadoffloading\.PayloadS3Pointer|com\.amazon\.sqs\.javamessaging\.MessageS3Pointer)"/;

/** Where a body lies that AWS's extended client put into S3; undefined for every other body. Never throws. */
export function pointerIn(body: string): Pointer | undefined {
  if (!CLASSES.test(body)) return undefined;
  try {
    const [, where] = JSON.parse(body) as [string, { s3BucketName?: unknown; s3Key?: unknown } | undefined];
    const { s3BucketName: bucket, s3Key: key } = where ?? {};
    return typeof bucket === 'string' && typeof key === 'string' ? { bucket, key } : undefined;
  } catch {
    return undefined;
  }
}
