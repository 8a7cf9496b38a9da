type Fields = Readonly<Record<string, unknown>>;

const TRANSFORM = 'with an input transformer that writes {"id": …, "payload": …}';

/**
 * What a body is that an AWS service wrote by itself, and what makes a job of it. The shapes are those that AWS's guides
 * show of each service.
 *
 * @returns undefined if no service is known that writes such bodies
 */
export function foreignBody(fields: Fields): string | undefined {
  const what = shapeOf(fields);
  return what && `the body is ${what}`;
}

function shapeOf(fields: Fields): string | undefined {
  const { source, Type } = fields;
  const probe = probeName(fields);
  if (probe !== undefined) return `the test message ${probe}: it is no job`;
  if (isFromSns(fields)) {
    if (Type !== 'Notification') return 'a message of SNS about a subscription: open its SubscribeURL to confirm it';
    return 'an SNS notification: set RawMessageDelivery on the subscription';
  }
  if ('detail-type' in fields && 'detail' in fields) {
    if (source === 'aws.scheduler') return 'an event of EventBridge Scheduler: set Input to {"id": …, "payload": …}';
    return `an EventBridge event: set the rule's target ${TRANSFORM}`;
  }
  const records = recordsFrom(fields);
  if (records === undefined) return undefined;
  if (!/:s3$/.test(records)) return `a list of ${records} records: send one message a record`;
  return `an S3 notification: send it through an EventBridge rule ${TRANSFORM}`;
}

/**
 * The messages by which S3 and Auto Scaling try whether they may send, when notifications are set up. They come once and
 * mean nothing.
 */
const PROBE = /^(s3:TestEvent|autoscaling:TEST_NOTIFICATION)$/;

/** No such message is longer, inside an SNS notification either. */
const MAX_PROBE_LENGTH = 10_000;

/** The name of the test message that a body is, as it came or inside an SNS notification. Never throws. */
export function awsProbe(body: string): string | undefined {
  const fields = fieldsIn(body);
  return fields && probeName(isFromSns(fields) ? (fieldsIn(fields.Message) ?? fields) : fields);
}

function fieldsIn(text: unknown): Fields | undefined {
  if (typeof text !== 'string' || text.length > MAX_PROBE_LENGTH) return undefined;
  try {
    return (JSON.parse(text) as Fields | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export const probeName = ({ Event, Service }: Fields): string | undefined =>
  typeof Event === 'string' && PROBE.test(Event) && Service !== undefined ? Event : undefined;

export const isFromSns = ({ Type, TopicArn, Message }: Fields): boolean =>
  [Type, TopicArn, Message].every((value) => typeof value === 'string');

/** Where a list of records comes from; only what AWS itself would write there, since it is quoted. */
function recordsFrom({ Records }: Fields): string | undefined {
  const [first] = Array.isArray(Records) ? (Records as (Fields | null)[]) : [];
  const from = first?.eventSource ?? first?.EventSource;
  return typeof from === 'string' && /^[a-z]{1,20}:[a-z0-9]{1,20}$/.test(from) ? from : undefined;
}
