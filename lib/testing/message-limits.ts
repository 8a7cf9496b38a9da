import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { awsError } from './faults.ts';

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

export const refused = (message: string, name = 'InvalidParameterValue'): Error => awsError(name, message);

/** @throws as SQS refuses a message */
export function checkMessage(message: Outgoing): void {
  const { MessageBody: body, DelaySeconds: delay = 0, MessageGroupId: group, MessageAttributes = {} } = message;
  if (body === undefined || body === '') {
    throw refused('The request must contain the parameter MessageBody.', 'MissingParameter');
  }
  if (FORBIDDEN.test(body)) throw refused('Invalid characters in the message body', 'InvalidMessageContents');
  checkWhole('DelaySeconds', delay, MAX_DELAY_SECONDS);
  if (group !== undefined && !GROUP.test(group)) {
    throw refused(`Value ${group} for parameter MessageGroupId is invalid. Reason: 1 to 128 in length.`);
  }
  const names = Object.keys(MessageAttributes);
  if (names.length > MAX_ATTRIBUTES) throw refused(`Number of message attributes [${names.length}] exceeds the limit`);
  for (const [name, value] of Object.entries(MessageAttributes)) checkAttribute(name, value);
  if (messageBytes(message) > MAX_MESSAGE_BYTES) {
    const reason = `Message must be shorter than ${MAX_MESSAGE_BYTES} bytes.`;
    throw refused(`One or more parameters are invalid. Reason: ${reason}`);
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

/** @throws as SQS refuses a batch as a whole */
export function checkEntries(entries: readonly (Outgoing & { Id?: string | undefined })[]): void {
  if (entries.length === 0) throw refused('There should be at least one entry in the request.', 'EmptyBatchRequest');
  if (entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw refused(message, 'TooManyEntriesInBatchRequest');
  }
  const ids = entries.map(({ Id }) => Id ?? '');
  if (!ids.every((id) => ENTRY_ID.test(id))) {
    throw refused(
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores.',
      'InvalidBatchEntryId',
    );
  }
  if (new Set(ids).size < ids.length) throw refused('Two entries have the same id.', 'BatchEntryIdsNotDistinct');
  const bytes = entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
  if (bytes > MAX_MESSAGE_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`;
    throw refused(message, 'BatchRequestTooLong');
  }
}
