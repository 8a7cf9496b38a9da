/** Apart from the other clients: S3's is as large as all others of a function together, and few functions need it. */
import {
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { OperatorS3, S3Objects } from './payloads.ts';
import { withoutLogger } from './sqs-client.ts';

/** A request without the beginning of an answer is given up after this time, and tried again by the SDK. */
const ANSWER_MS = 5000;

/** S3 as payloads are put and fetched with it. @param settings beside the SDK's own configuration. @default none */
export const makeS3 = (settings: S3ClientConfig = {}): S3Objects => objectsOf(makeClient(settings));

/** The same for those who operate a stage. */
export function makeOperatorS3(settings: S3ClientConfig): OperatorS3 {
  const client = makeClient(settings);
  return {
    ...objectsOf(client),
    headBucket: (input) => client.send(new HeadBucketCommand(input)),
    region: () => client.config.region(),
  };
}

const makeClient = (settings: S3ClientConfig): S3Client =>
  withoutLogger(
    new S3Client({
      // AWS has a host name for each bucket. An emulator on an IP address has none, so the bucket goes into the path.
      forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
      requestHandler: { requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
      // What is fetched is checked by its SHA-256.
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...settings,
    }),
  );

function objectsOf(client: S3Client): S3Objects {
  return {
    putObject: (input, options) => client.send(new PutObjectCommand(input), options),
    getObject: async (input, options) => {
      const { Body, ContentLength } = await client.send(new GetObjectCommand(input), options);
      return { Body, ContentLength };
    },
  };
}
