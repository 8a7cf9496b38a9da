import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { MessageAttributes } from '../contract/message-attributes.ts';

/** Attributes as SQS's API takes them. */
export function toSqs(attributes: MessageAttributes): Record<string, MessageAttributeValue> {
  const all: Record<string, MessageAttributeValue> = {};
  for (const [name, { type, value }] of Object.entries(attributes)) {
    const isBinary = type.startsWith('Binary');
    all[name] = {
      DataType: type,
      ...(isBinary ? { BinaryValue: Buffer.from(value, 'base64') } : { StringValue: value }),
    };
  }
  return all;
}

/** Attributes as SQS's API answers them. */
export function fromSqs(attributes: Readonly<Record<string, MessageAttributeValue>> = {}): MessageAttributes {
  const all = Object.entries(attributes).map(([name, { DataType: type = 'String', StringValue, BinaryValue }]) => {
    const value = BinaryValue === undefined ? (StringValue ?? '') : Buffer.from(BinaryValue).toString('base64');
    return [name, { type, value }] as const;
  });
  return Object.fromEntries(all);
}
