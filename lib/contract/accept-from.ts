import { hash } from 'node:crypto';
import type { Accept, AcceptedJob, AnyAccept } from './definition/accept.ts';
import { isFromSns, probeName } from './foreign-body.ts';
import { isJobId, optional } from './names.ts';

/** `accept` for the messages of AWS's services. Each gives a message the same ids each time that it comes. */

/** An object of a bucket, as S3 notifies of it. */
export interface S3Object {
  readonly bucket: string;
  /** Decoded: with blanks, and characters beyond ASCII. */
  readonly key: string;
  /** Only where the bucket keeps versions. */
  readonly versionId?: string;
  /** Bytes; not of an object that was deleted. */
  readonly size?: number;
  readonly eTag?: string;
  /** As `ObjectCreated:Put`. */
  readonly eventName: string;
  /** ISO 8601. */
  readonly eventTime: string;
}

/**
 * S3's own notifications, sent to the queue or through a topic. A record is a job. Its id is made of bucket, key, version (or
 * else sequencer) and event. The test message that S3 sends when notifications are set up is dropped.
 */
export const fromS3Notification: Accept<S3Object> = ({ body }) => {
  const fields = objectOf(unwrapped(body));
  if (probeName(fields) !== undefined) return 'drop';
  const { Records: records } = fields;
  if (!Array.isArray(records)) throw new TypeError('the body is no S3 notification: it has no Records');
  return (records as (Partial<S3Record> | null)[]).map(s3Job);
};

/** What AWS's guide shows of a record (S3 User Guide, "Event message structure"). */
interface S3Record {
  readonly eventName: string;
  readonly eventTime: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: {
      readonly key: string;
      readonly versionId?: string;
      readonly sequencer?: string;
      readonly size?: number;
      readonly eTag?: string;
    };
  };
}

function s3Job(record: Partial<S3Record> | null, index: number): AcceptedJob<S3Object> {
  const { s3, eventName, eventTime } = record ?? {};
  const { bucket, object } = s3 ?? {};
  if (bucket?.name === undefined || object?.key === undefined || eventName === undefined || eventTime === undefined)
    throw new TypeError(
      `record ${index + 1} of the body is none of S3's: it lacks bucket, key, eventName or eventTime`,
    );
  const { key, versionId, sequencer, size, eTag } = object;
  return {
    id: idOf('s3', [bucket.name, key, versionId ?? sequencer ?? eventTime, eventName]),
    payload: {
      ...{ bucket: bucket.name, key: decodeURIComponent(key.replaceAll('+', ' ')) },
      ...{ ...optional('versionId', versionId), ...optional('size', size), ...optional('eTag', eTag) },
      ...{ eventName, eventTime },
    },
  };
}

/**
 * SNS, with or without raw delivery. The payload is what was published: as JSON if it is JSON, else as text. The job's id is
 * SNS's MessageId; with raw delivery, which brings none, that of SQS.
 */
export const fromSns: AnyAccept = (message) => {
  const fields = objectIn(message.body);
  if (fields === undefined || !isFromSns(fields)) return fromRaw(message);
  const { Type, Message, MessageId } = fields as Readonly<Record<string, string>>;
  if (Type !== 'Notification')
    throw new TypeError('SNS asks about a subscription: open its SubscribeURL to confirm it');
  return probeName(objectIn(Message) ?? {}) === undefined
    ? { id: idOf('sns', [MessageId]), payload: read(Message) as never }
    : 'drop';
};

/** EventBridge. The payload is the event's `detail`, the job's id that of the event. */
export const fromEventBridge: AnyAccept = ({ body }) => {
  const { id, detail } = objectOf(body);
  if (detail === undefined) throw new TypeError('the body is no event of EventBridge: it has no detail');
  return { id: idOf('event', [id]), payload: detail as never };
};

/** Whatever body: the payload is its JSON, or its text if it is none. The job's id is SQS's message id. */
export const fromRaw: AnyAccept = ({ body, messageId }) => ({ id: messageId, payload: read(body) as never });

/** The parts of a name: as they are where they make an id, else their hash. */
function idOf(kind: string, parts: readonly unknown[]): string {
  if (!parts.every((part) => typeof part === 'string'))
    throw new TypeError(`the body does not name its ${kind} message`);
  const name = parts.join(':');
  return isJobId(name) ? name : `${kind}-${hash('sha256', parts.join('\n'), 'base64url')}`;
}

/** What SNS carries, if the body is of SNS. */
function unwrapped(body: string): string {
  const fields = objectIn(body);
  return fields !== undefined && isFromSns(fields) ? (fields.Message as string) : body;
}

function read(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  const fields = objectIn(text);
  if (fields === undefined) throw new TypeError('the body is no JSON object');
  return fields;
}

function objectIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = read(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
