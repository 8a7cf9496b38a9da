import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Outgoing } from '../../lib/testing/aws/sqs/limits.ts';

/** What comes with a body. */
export interface MessageOptions {
  readonly attributes?: Record<string, string>;
  readonly group?: string;
  readonly trace?: string;
}

/** A body whose payload completes at once, unless the fields say otherwise. */
export const envelope = (fields: object = {}): string =>
  JSON.stringify({ payload: { do: 'complete', secret: SECRET }, ...fields });

/** In every payload of a factory, and in no log line. */
export const SECRET = 'correct-horse-battery-staple';

export function outgoing(body: string, { attributes = {}, group, trace }: MessageOptions = {}): Outgoing {
  return {
    MessageBody: body,
    MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, string(text)])),
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && { MessageSystemAttributes: { AWSTraceHeader: string(trace) } }),
  };
}

const string = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
