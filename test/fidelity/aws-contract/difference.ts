import type { StandIn } from './aws.ts';

/** One cause for which what stands in for AWS does otherwise. */
export interface Difference {
  readonly on: readonly StandIn[];
  /** In words, for people: what it does. */
  readonly how: string;
  /** What is seen there, by the behaviour's id; `{ throws }` where a call fails that AWS takes. */
  readonly observed: Readonly<Record<string, unknown>>;
}

/** So many calls that were taken. */
export const accepted = (times: number) => Array<string>(times).fill('accepted');

/** The record's members without the digest of its attributes. */
export const MEMBERS = [
  ...['attributes', 'awsRegion', 'body', 'eventSource', 'eventSourceARN', 'md5OfBody'],
  ...['messageAttributes', 'messageId', 'receiptHandle'],
];
export const SYSTEM = ['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp'];
export const DIGEST = 'd25a6aea97eb8f585bfa92d314504a92';
/** What is seen of a record, its attributes without their empty lists. */
export const record = (members: readonly string[], digest: string | undefined) => ({
  members,
  system: SYSTEM,
  title: { stringValue: 'The Whistler', dataType: 'String' },
  digest,
  source: 'aws:sqs',
});
