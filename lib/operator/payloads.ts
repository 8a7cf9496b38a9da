import { hash } from 'node:crypto';
import { errorName, statusOf } from '../aws/errors.ts';
import { fetchPayload, type PayloadBucket } from '../aws/payloads.ts';
import { names } from '../contract/names.ts';
import { MAX_INLINE_BYTES, type PayloadRef, payloadKey, payloadRefFault } from '../contract/payload-ref.ts';
import type { Stage } from './aws.ts';
import { fieldText } from './json-text.ts';

/** A job type of a stage, and its dead-letter queue, which is always the stage's own. */
export interface PayloadsOf {
  readonly stage: Stage;
  readonly type: string;
  readonly deadLetterQueueUrl: string;
}

/** A body with its payload, wherever that lies. */
export interface WholeBody {
  readonly body: string;
  /** Why the payload could not be fetched: then the body says where it lies. */
  readonly unread?: string;
}

/** The stage's bucket of large payloads; undefined if it has none, or may not be seen. */
export async function bucketOf({ stage, deadLetterQueueUrl }: PayloadsOf): Promise<PayloadBucket | undefined> {
  const { s3 } = stage.aws;
  if (s3 === undefined) return undefined;
  const bucket = await bucketName(stage, deadLetterQueueUrl);
  try {
    await s3.headBucket({ Bucket: bucket });
    return { s3, bucket };
  } catch (error) {
    if ([301, 403, 404].includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

/** A queue's URL names its account: `https://sqs.eu-west-1.amazonaws.com/123456789012/name`. */
async function bucketName({ name, aws }: Stage, queueUrl: string): Promise<string> {
  const account = queueUrl.split('/').at(-2) ?? '';
  return names.payloads(name, { account, region: (await aws.s3?.region()) ?? '' });
}

/** A message's body, its payload in its place. A body that is no envelope, or holds its payload itself, is handed back. */
export async function wholeBody(of: PayloadsOf, body: string): Promise<WholeBody> {
  const ref = refIn(body, of.type);
  const { s3 } = of.stage.aws;
  if (ref === undefined || s3 === undefined) return { body };
  try {
    const bucket = await bucketName(of.stage, of.deadLetterQueueUrl);
    const text = await fetchPayload({ s3, bucket }, ref);
    return { body: replaced(body, { payloadRef: undefined }, `"payload":${text}`) };
  } catch (error) {
    const { message } = error as Error;
    return { body, unread: statusOf(error) === undefined ? message : `${errorName(error)}: ${message}` };
  }
}

/** For a month in the queue, a year ahead at most, and the last redrive: whoever corrects a body does not know the definition. */
const CORRECTED_DAYS = 120;

/** A corrected body as it is sent: if it is large, its payload goes to the bucket. @throws the SDK's error if S3 refuses it */
export async function storedBody(of: PayloadsOf, body: string): Promise<string> {
  const payload = Buffer.byteLength(body) > MAX_INLINE_BYTES ? fieldText(body, 'payload') : undefined;
  const stage = payload === undefined ? undefined : await bucketOf(of);
  if (payload === undefined || stage === undefined) return body;
  const Body = Buffer.from(payload);
  const sha256 = hash('sha256', Body, 'hex');
  const ref: PayloadRef = { key: payloadKey(CORRECTED_DAYS, of.type, sha256), sha256, bytes: Body.length };
  const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
  const ContentType = 'application/json';
  await stage.s3.putObject({ Bucket: stage.bucket, Key: ref.key, Body, ContentType, ChecksumSHA256 });
  return replaced(body, { payload: undefined }, `"payloadRef":${JSON.stringify(ref)}`);
}

/** The body's other fields, and a field as text. */
function replaced(body: string, without: Readonly<Record<string, undefined>>, field: string): string {
  const rest = JSON.stringify({ ...(JSON.parse(body) as object), ...without });
  return `${rest.slice(0, -1)}${rest === '{}' ? '' : ','}${field}}`;
}

function refIn(body: string, type: string): PayloadRef | undefined {
  if (!body.includes('"payloadRef"')) return undefined;
  try {
    const { payloadRef } = JSON.parse(body) as { payloadRef?: unknown };
    return payloadRefFault(payloadRef, type) === undefined ? (payloadRef as PayloadRef) : undefined;
  } catch {
    return undefined;
  }
}
