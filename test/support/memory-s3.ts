import { hash } from 'node:crypto';
import type { S3Objects } from '../../lib/aws/payloads.ts';
import { checkRequest } from '../../lib/testing/aws/request-check.ts';
import { awsError } from '../../lib/testing/index.ts';

/** S3 in memory, as far as payloads need it. */
export interface MemoryS3 {
  readonly client: S3Objects;
  /** By `<bucket>/<key>`. */
  readonly objects: Map<string, Uint8Array>;
  /** `put <bucket>/<key>` or `get <bucket>/<key>`, in their order. */
  readonly calls: string[];
  /** The next calls fail. */
  fail(...errors: Error[]): void;
}

export function makeMemoryS3(): MemoryS3 {
  const objects = new Map<string, Uint8Array>();
  const calls: string[] = [];
  const failures: Error[] = [];
  const called = (verb: string, { Bucket, Key }: { readonly Bucket: string; readonly Key: string }) => {
    calls.push(`${verb} ${Bucket}/${Key}`);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return `${Bucket}/${Key}`;
  };
  const client: S3Objects = {
    async putObject(input) {
      const place = called('put', input);
      if (hash('sha256', input.Body, 'base64') !== input.ChecksumSHA256)
        throw awsError('BadDigest', 'the SHA-256 is another');
      checkRequest({ name: 'PutObject', input });
      objects.set(place, input.Body);
      return {};
    },
    async getObject(input) {
      // The SDK makes no request of the one, S3 refuses the other.
      if (input.Key === '') throw new Error('Empty value provided for input HTTP label: Key.');
      if (Buffer.byteLength(input.Key) > 1024) throw awsError('KeyTooLongError', 'Your key is too long', 400);
      const object = objects.get(called('get', input));
      checkRequest({ name: 'GetObject', input });
      if (object === undefined) throw awsError('NoSuchKey', 'there is none', 404);
      return { Body: { transformToByteArray: async () => object }, ContentLength: object.length };
    },
  };
  return { client, objects, calls, fail: (...errors) => failures.push(...errors) };
}
