import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { type EnvelopeNames, readEnvelope } from '../../contract/envelope.ts';
import { awsProbe } from '../../contract/foreign-body.ts';
import { bodyHashOf, type Decoded, insideOf } from '../../contract/inside.ts';
import {
  isForeign,
  type MessageAttribute,
  type MessageAttributes,
  type OwnAttributes,
  readAttributes,
  withoutOurs,
} from '../../contract/message-attributes.ts';
import { optional } from '../../contract/names.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { readForeign } from './accept.ts';

/**
 * Reads an SQS record. Never throws: the refusal of a body or payload is returned, and begin writes the job DEAD (row
 * `invalid`).
 */
export function decode(record: SQSRecord, definition: JobDefinition, nowMs: number): Message {
  return decodeBoth(record, definition, nowMs).message;
}

/** As {@link decode}, with what the message is if it was renewed by the version before, or refused by another `accept`. */
export function decodeBoth(record: SQSRecord, definition: JobDefinition, nowMs: number): Decoded {
  const { own, sender, formerJobId } = readAttributes(attributesOf(record.messageAttributes));
  const { messageId, body } = record;
  const sentAtMs = Number(record.attributes.SentTimestamp);
  const base = {
    ...{ messageId, body, sentAtMs, receiveCount: Number(record.attributes.ApproximateReceiveCount) },
    ...optional('group', record.attributes.MessageGroupId),
    ...optional('trace', record.attributes.AWSTraceHeader),
    firstReceivedAtMs: Number(record.attributes.ApproximateFirstReceiveTimestamp),
    ...{ maxAttempts: definition.retry.maxAttempts, createdAt: iso(own.since ?? sentAtMs), payload: undefined },
    ...senders(sender),
  };
  const { accept } = definition;
  const foreign = accept && { base, own, definition, accept, nowMs };
  if (foreign !== undefined && isForeign(own)) return readForeign(foreign);
  const read = readEnvelope(body, definition.type, nowMs);
  if ('refusal' in read && foreign !== undefined && mayBeForeign(own)) {
    const decoded = readForeign(foreign);
    if (decoded.message.refusal === undefined) return decoded;
  }
  const inside =
    'refusal' in read
      ? { refusal: read.refusal, ...optional('probe', awsProbe(body)) }
      : insideOf(read.envelope, definition);
  const whole = { ...base, bodyHash: bodyHashOf(body), ...inside };
  const names = 'refusal' in read ? read.names : read.envelope;
  const message = { ...whole, ...named({ own, names, messageId }) };
  if (formerJobId === undefined) return { message };
  const { sender: _, ...unsent } = whole;
  const former = named({ own: { jobId: formerJobId }, names, messageId });
  return { message, former: { ...unsent, ...former, ...senders(withoutOurs(sender)) } };
}

/** A dead letter that was sent back, of which it is not known that it is ours: it may have died before the type had `accept`. */
const mayBeForeign = ({ envelope, run }: OwnAttributes): boolean => run !== undefined && envelope !== true;

/** Whether an item shows that a message is the other that it may be: it has this name and this body. */
export const isFormer = ({ jobId, bodyHash }: Message, item: JobItem | undefined): boolean =>
  item?.jobId === jobId && item.bodyHash === bodyHash;

interface Names {
  readonly own: OwnAttributes;
  /** Of the body. */
  readonly names: EnvelopeNames;
  readonly messageId: string;
}

/** A name in `sluice` comes first: a corrected body does not rename the job that it is for. */
function named({ own, names, messageId }: Names): Pick<Message, 'jobId' | 'key' | 'named' | 'attributes'> {
  if (own.jobId !== undefined && own.key !== undefined) {
    return { jobId: own.jobId, key: own.key, named: true, attributes: own };
  }
  const jobId = names.id ?? own.jobId ?? messageId;
  return { jobId, key: names.key ?? jobId, named: (own.jobId ?? names.id) !== undefined, attributes: own };
}

const senders = (sender: MessageAttributes) => (Object.keys(sender).length === 0 ? {} : { sender });

function attributesOf(attributes: SQSMessageAttributes): MessageAttributes {
  const all: Record<string, MessageAttribute> = {};
  for (const name of Object.keys(attributes)) {
    const { dataType = 'String', stringValue, binaryValue } = attributes[name] ?? {};
    all[name] = { type: dataType, value: stringValue ?? binaryValue ?? '' };
  }
  return all;
}
