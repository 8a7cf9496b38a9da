import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { awsError } from '../faults.ts';

/** Body, attribute names, types and values together; also all entries of one call (SQS quotas). */
export const MAX_MESSAGE_BYTES = 1_048_576;
export const MAX_DELAY_SECONDS = 900;
export const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_ATTRIBUTES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;
const GROUP = /^[!-~]{1,128}$/;
/** All but the characters that SQS takes (SQS API reference, SendMessage). */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** What is sent, in a call of its own or as an entry of a batch. */
export interface Outgoing {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  readonly MessageSystemAttributes?: Partial<Record<'AWSTraceHeader', MessageAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
}

export const refused = (message: string, name = 'InvalidParameterValue', statusCode = 400): Error =>
  awsError(name, message, statusCode);

/**
 * @param maxBytes of its queue
 * @throws as SQS refuses a message
 */
export function checkMessage(message: Outgoing, maxBytes = MAX_MESSAGE_BYTES): void {
  const { MessageBody: body, DelaySeconds: delay = 0, MessageGroupId: group, MessageAttributes = {} } = message;
  if (body === undefined || body === '') {
    throw refused('The request must contain the parameter MessageBody.', 'MissingParameter');
  }
  if (FORBIDDEN.test(body)) throw refused('Invalid characters in the message body', 'InvalidMessageContents');
  checkWhole('DelaySeconds', delay, MAX_DELAY_SECONDS);
  if (group !== undefined && !GROUP.test(group)) {
    const reason = 'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.';
    throw refused(`Value ${group} for parameter MessageGroupId is invalid. Reason: ${reason}`);
  }
  const names = Object.keys(MessageAttributes);
  if (names.length > MAX_ATTRIBUTES) throw refused(`Number of message attributes [${names.length}] exceeds the limit`);
  for (const [name, value] of Object.entries(MessageAttributes)) checkAttribute(name, value);
  if (messageBytes(message) > maxBytes) {
    throw refused(`One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`);
  }
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttributeValue): void {
  const named = /^[\p{L}\p{N}_.-]{1,256}$/u.test(name) && !/^(aws|amazon)\.|^\.|\.$/i.test(name);
  if (!named) throw refused(`Invalid message attribute name: ${name}`);
  if (!/^(String|Number|Binary)(\..{1,249})?$/.test(DataType ?? '')) throw refused(`Invalid data type: ${DataType}`);
  if ((StringValue ?? '') === '' && (BinaryValue?.length ?? 0) === 0) {
    throw refused(`Message (user) attribute '${name}' must contain a non-empty value of type '${DataType}'.`);
  }
  if (FORBIDDEN.test(StringValue ?? '')) throw refused(`Invalid characters in attribute '${name}'`);
}

/** @throws unless it is a whole number from 0 to `max` */
export function checkWhole(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw refused(`Value ${value} for parameter ${name} is invalid. Reason: Must be between 0 and ${max}, if provided.`);
}

export function messageBytes({ MessageBody = '', MessageAttributes = {} }: Outgoing): number {
  return Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      sum + byteLength(name) + byteLength(DataType) + byteLength(StringValue) + (BinaryValue?.length ?? 0),
    byteLength(MessageBody),
  );
}

const byteLength = (text: string) => Buffer.byteLength(text);

/** @throws as SQS refuses a batch as a whole for its entries' number or ids */
export function checkEntries(entries: readonly { Id?: string | undefined }[]): void {
  if (entries.length === 0) throw refused('There should be at least one entry in the request.', 'EmptyBatchRequest');
  if (entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw refused(message, 'TooManyEntriesInBatchRequest');
  }
  const ids = entries.map(({ Id }) => Id ?? '');
  if (!ids.every((id) => ENTRY_ID.test(id))) {
    const allowed = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
    throw refused(`${allowed} It can be at most 80 letters long.`, 'InvalidBatchEntryId');
  }
  if (new Set(ids).size < ids.length) throw refused('Two entries have the same id.', 'BatchEntryIdsNotDistinct');
}

/** @throws as SQS refuses messages that are too long together, whatever the queue's own limit is */
export function checkTotal(entries: readonly Outgoing[]): void {
  const bytes = entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
  if (bytes <= MAX_MESSAGE_BYTES) return;
  const message = `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`;
  throw refused(message, 'BatchRequestTooLong');
}
