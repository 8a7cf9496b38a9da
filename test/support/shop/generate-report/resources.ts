import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { acknowledge, acknowledgeWildcard, grantKey, type JobResources, removalPolicy } from '#sluice/infra';

/** The bucket of reports, and the right to read what `sync-data` wrote. */
export const resources: JobResources = ({ scope, consumer, prefix, key, disposable }) => {
  const bucket = new Bucket(scope, 'Reports', {
    // With a key of the bucket's own below the stage's, S3 asks KMS once for many objects.
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [{ id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    // CloudFormation deletes a bucket only if it is empty, so reports are never lost with a stack.
    removalPolicy: removalPolicy(disposable),
  });
  acknowledge(bucket, {
    rule: 'S1',
    reason:
      'each write is a job with an item and log lines; who reads is for CloudTrail, which an account sets up once',
  });
  const index = Stack.of(scope).formatArn({
    service: 'dynamodb',
    resource: 'table',
    resourceName: `${prefix}-records/index/byTime`,
  });
  consumer.addEnvironment('RECORDS_TABLE', `${prefix}-records`);
  consumer.addEnvironment('REPORTS_BUCKET', bucket.bucketName);
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: [index] }));
  const reports = bucket.arnForObjects('reports/*');
  consumer.addToRolePolicy(
    new PolicyStatement({ actions: ['s3:PutObject', 's3:AbortMultipartUpload'], resources: [reports] }),
  );
  grantKey(consumer, key, 's3');
  acknowledgeWildcard(scope, { resource: reports, reason: 'the keys of reports hold job ids, all below one prefix' });
};
