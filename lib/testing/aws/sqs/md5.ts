import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export const md5 = (body: string): string => createHash('md5').update(body).digest('hex');

/**
 * MD5OfMessageAttributes: over name, data type, kind of value and value of each, in the order of their names (SQS
 * Developer Guide, "Calculating the MD5 message digest for message attributes").
 *
 * @returns undefined if there are none: the member is then absent
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttributeValue>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const field = (value: string | Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(value));
    hash.update(length).update(value);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    field(name);
    field(DataType);
    hash.update(Buffer.from([StringValue === undefined ? 2 : 1]));
    field(StringValue ?? BinaryValue ?? '');
  }
  return hash.digest('hex');
}
