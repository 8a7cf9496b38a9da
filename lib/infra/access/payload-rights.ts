import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names } from '../../contract/names.ts';
import { PAYLOAD_DAYS } from '../../contract/payload-ref.ts';
import { acknowledgeWildcard } from '../checks/security.ts';

/** Name of a stage's bucket of large payloads, in a stack of its account and region. */
export const payloadBucket = (scope: Construct, stage: string): string => names.payloads(stage, Stack.of(scope));

/** Where a role may put or fetch payloads. */
export interface PayloadScope {
  readonly stage: string;
  /** Job types; `*` for those that come later, too. */
  readonly types: readonly string[];
}

/** Puts payloads of some job types. The bucket must be the account's own: its name might have been another's before. */
export function putPayloads(scope: Construct, { stage, types }: PayloadScope): PolicyStatement {
  const resources = objectsOf(scope, { stage, types });
  return new PolicyStatement({ actions: ['s3:PutObject'], resources, conditions: ofAccount(scope) });
}

/** Fetches payloads of some job types. */
export function getPayloads(scope: Construct, { stage, types }: PayloadScope): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['s3:GetObject'], resources: objectsOf(scope, { stage, types }) }),
    answersMissing(bucketArn(scope, payloadBucket(scope, stage))),
  ];
}

/** Fetches bodies that AWS's extended clients put into the bucket that a definition names. */
export function getBodies(scope: Construct, { extendedFrom }: JobDefinition): PolicyStatement[] {
  if (extendedFrom === undefined) return [];
  const bucket = bucketArn(scope, extendedFrom.bucket);
  const objects = `${bucket}/*`;
  acknowledgeWildcard(scope, { resource: objects, reason: 'the extended clients name an object by a random id' });
  return [new PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] }), answersMissing(bucket)];
}

/**
 * Without it S3 answers for an object that is not there as for one that may not be read (S3 API Reference, GetObject,
 * "Permissions"). It would show keys, which are hashes, and no payload.
 */
const answersMissing = (bucket: string) => new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket] });

const ofAccount = (scope: Construct) => ({ StringEquals: { 's3:ResourceAccount': Stack.of(scope).account } });

function objectsOf(scope: Construct, { stage, types }: PayloadScope): string[] {
  const bucket = bucketArn(scope, payloadBucket(scope, stage));
  const resources = types.flatMap((type) => PAYLOAD_DAYS.map((days) => `${bucket}/${days}/${type}/*`));
  for (const resource of resources) {
    acknowledgeWildcard(scope, { resource, reason: 'the key of a payload is the hash of it, below its job type' });
  }
  return resources;
}

const bucketArn = (scope: Construct, bucket: string): string =>
  Stack.of(scope).formatArn({
    ...{ service: 's3', resource: bucket, region: '', account: '' },
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
