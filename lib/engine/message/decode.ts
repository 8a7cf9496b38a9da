import { hash } from 'node:crypto';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { type EnvelopeNames, readEnvelope } from '../../contract/envelope.ts';
import { awsProbe } from '../../contract/foreign-body.ts';
import {
  type MessageAttribute,
  type MessageAttributes,
  type OwnAttributes,
  readAttributes,
  withoutOurs,
} from '../../contract/message-attributes.ts';
import { optional } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { iso } from '../../contract/protocol/timing.ts';

/** A message whose only `jobId` may be an earlier version's, or its sender's own: the job's item tells. */
export interface Decoded {
  readonly message: Message;
  /** The message as it is if that `jobId` names its job. */
  readonly former?: Message;
}

/**
 * Reads an SQS record. Never throws: the refusal of a body or payload is returned, and begin writes the job DEAD (row
 * `invalid`).
 */
export function decode(record: SQSRecord, definition: JobDefinition, nowMs: number): Message {
  return decodeBoth(record, definition, nowMs).message;
}

/** As {@link decode}, with what the message is if it was renewed by the version before. */
export function decodeBoth(record: SQSRecord, definition: JobDefinition, nowMs: number): Decoded {
  const { own, sender, formerJobId } = readAttributes(attributesOf(record.messageAttributes));
  const { messageId } = record;
  const sentAtMs = Number(record.attributes.SentTimestamp);
  const outside = { maxAttempts: definition.retry.maxAttempts, createdAt: iso(sentAtMs), payload: undefined };
  const read = readEnvelope(record.body, definition.type, nowMs);
  const inside =
    'refusal' in read
      ? { refusal: read.refusal, ...optional('probe', awsProbe(record.body)) }
      : insideOf(read.envelope, definition);
  const base = {
    messageId,
    body: record.body,
    bodyHash: hash('sha256', record.body, 'base64'),
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    sentAtMs,
    ...optional('group', record.attributes.MessageGroupId),
    ...optional('trace', record.attributes.AWSTraceHeader),
    ...outside,
    ...inside,
  };
  const names = 'refusal' in read ? read.names : read.envelope;
  const message = { ...base, ...named({ own, names, messageId }), ...senders(sender) };
  if (formerJobId === undefined) return { message };
  const former = named({ own: { jobId: formerJobId }, names, messageId });
  return { message, former: { ...base, ...former, ...senders(withoutOurs(sender)) } };
}

/** Whether an item shows that a message was renewed by the version before: it has this name and this body. */
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

type ReadEnvelope = Extract<ReturnType<typeof readEnvelope>, { envelope: unknown }>['envelope'];

function insideOf({ maxAttempts, createdAt, runAt, hops, payload }: ReadEnvelope, definition: JobDefinition) {
  return {
    ...optional('maxAttempts', maxAttempts),
    ...(createdAt !== undefined && { createdAt: iso(Date.parse(createdAt)) }),
    ...(runAt !== undefined && { runAtMs: Date.parse(runAt) }),
    ...optional('hops', hops),
    ...optional('payloadHash', hashOf(payload)),
    ...readPayload(definition, payload),
  };
}

/** Undefined if the payload is nested so deeply that it cannot be written: its body's hash must do. */
function hashOf(payload: unknown): string | undefined {
  try {
    return hash('sha256', JSON.stringify(payload), 'base64');
  } catch {
    return undefined;
  }
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
