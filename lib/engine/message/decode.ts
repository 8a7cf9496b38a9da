import { hash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { decodeEnvelope, type Envelope, isJobId } from '../../contract/envelope.ts';
import { InvalidMessageError } from '../../contract/errors.ts';
import { awsProbe } from '../../contract/foreign-body.ts';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { iso } from '../../contract/protocol/timing.ts';

/**
 * Reads an SQS record. Never throws: the refusal of a body or payload is returned, and begin writes the job DEAD (row
 * `invalid`).
 */
export function decode(record: SQSRecord, definition: JobDefinition, nowMs: number): Message {
  const attributes = sluiceAttributes(record);
  const sentAtMs = Number(record.attributes.SentTimestamp);
  const base = {
    body: record.body,
    bodyHash: hash('sha256', record.body, 'base64'),
    attributes,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    sentAtMs,
    ...optional('group', record.attributes.MessageGroupId),
    ...optional('trace', record.attributes.AWSTraceHeader),
  };
  const outside = { maxAttempts: definition.retry.maxAttempts, createdAt: iso(sentAtMs), payload: undefined };
  const named = attributes.jobId !== undefined;
  const nameless = attributes.jobId ?? record.messageId;
  let envelope: Envelope;
  try {
    envelope = decodeEnvelope(record.body, definition.type, nowMs);
  } catch (cause) {
    const refusal =
      cause instanceof InvalidMessageError ? cause : new InvalidMessageError('the body cannot be read', { cause });
    const probe = optional('probe', awsProbe(record.body));
    return { ...base, ...outside, jobId: nameless, key: nameless, named, refusal, ...probe };
  }
  const jobId = envelope.id ?? nameless;
  return {
    ...base,
    jobId,
    key: envelope.key ?? jobId,
    named: named || envelope.id !== undefined,
    maxAttempts: envelope.maxAttempts ?? outside.maxAttempts,
    createdAt: envelope.createdAt === undefined ? outside.createdAt : iso(Date.parse(envelope.createdAt)),
    ...(envelope.runAt !== undefined && { runAtMs: Date.parse(envelope.runAt) }),
    ...readPayload(definition, envelope.payload),
  };
}

function sluiceAttributes({ messageAttributes }: SQSRecord): Message['attributes'] {
  const text = (name: string) => messageAttributes[name]?.stringValue;
  const jobId = text(MESSAGE_ATTRIBUTES.jobId);
  return {
    ...optional('jobId', isJobId(jobId) ? jobId : undefined),
    ...optional('run', wholeNumber(text(MESSAGE_ATTRIBUTES.run))),
    ...optional('due', wholeNumber(text(MESSAGE_ATTRIBUTES.due))),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value });
}
