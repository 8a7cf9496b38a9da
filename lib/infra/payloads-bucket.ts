import { Duration } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { prefixOf } from '../contract/names.ts';
import { PAYLOAD_DAYS } from '../contract/payload-ref.ts';
import { payloadBucket } from './access/payload-rights.ts';
import { acknowledge } from './checks/security.ts';
import { removalPolicy } from './stage-settings.ts';

/** Settings of {@link PayloadsBucket}. */
export interface PayloadsBucketProps {
  readonly stage: string;
  readonly disposable: boolean;
  readonly key: IKey | undefined;
  /** Who may put payloads from other accounts. */
  readonly producers: readonly IPrincipal[];
}

/** A bucket's name has 63 characters; account (12), the longest region (14) and `-payloads-` with one more hyphen are in it. */
const MAX_PREFIX = 26;

/** The bucket of payloads that make a message larger than 256 KB. Its lifecycle rules delete each some time after it was put. */
export class PayloadsBucket extends Bucket {
  /** @throws RangeError if the names of app and stage are too long for a bucket's */
  constructor(scope: Construct, id: string, { stage, disposable, key, producers }: PayloadsBucketProps) {
    checkLength(stage);
    super(scope, id, {
      bucketName: payloadBucket(scope, stage),
      ...(key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: PAYLOAD_DAYS.map((days) => ({
        ...{ id: `after-${days}-days`, prefix: `${days}/`, expiration: Duration.days(days) },
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      })),
      removalPolicy: removalPolicy(disposable),
    });
    const reason =
      'each payload is a job with an item and log lines; who reads is for CloudTrail, which an account sets up once';
    acknowledge(this, { rule: 'S1', reason });
    if (producers.length === 0) return;
    this.addToResourcePolicy(
      new PolicyStatement({
        ...{ sid: 'AllowProducers', principals: [...producers], actions: ['s3:PutObject'] },
        resources: [this.arnForObjects('*')],
      }),
    );
  }
}

function checkLength(stage: string): void {
  const prefix = prefixOf(stage);
  if (prefix.length <= MAX_PREFIX) return;
  throw new RangeError(
    `payloads=on needs names of app and stage with ${MAX_PREFIX - 1} characters together, since a bucket's name has 63: "${prefix}" has ${prefix.length - 1}`,
  );
}
