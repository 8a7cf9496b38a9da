import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { OperatorS3 } from '../aws/payloads.ts';

/** S3, whose client is loaded when a verb first calls it: few do, and it takes as long to load as all the others. */
export function lazyS3(settings: S3ClientConfig): OperatorS3 {
  let made: Promise<OperatorS3> | undefined;
  const s3 = () => {
    made ??= import('../aws/s3.ts').then(({ makeOperatorS3 }) => makeOperatorS3(settings));
    return made;
  };
  return {
    putObject: async (input, options) => (await s3()).putObject(input, options),
    getObject: async (input, options) => (await s3()).getObject(input, options),
    headBucket: async (input) => (await s3()).headBucket(input),
    region: async () => (await s3()).region(),
  };
}
