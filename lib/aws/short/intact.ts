import { hash } from 'node:crypto';
import type { ClientConfig } from './sdk.ts';

interface Sent {
  readonly Entries?: readonly { readonly Id?: string; readonly MessageBody?: string }[];
}

interface Taken {
  readonly Successful?: readonly { readonly Id?: string; readonly MD5OfMessageBody?: string }[];
}

/** Whether SQS took each body as it was sent, by its MD5; as the SDK checks it, which says what is wrong. */
export function isIntact(operation: string, { Entries = [] }: Sent, { Successful = [] }: Taken, config: ClientConfig) {
  if (operation !== 'SendMessageBatch' || config.md5 === false) return true;
  const bodies = new Map(Entries.map(({ Id, MessageBody }) => [Id, MessageBody]));
  return Successful.every(({ Id, MD5OfMessageBody }) => {
    const body = bodies.get(Id);
    return body === undefined || hash('md5', body, 'hex') === MD5OfMessageBody;
  });
}
