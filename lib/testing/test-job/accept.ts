import type { JobDefinition, Payload } from '../../contract/definition/job-definition.ts';
import { decodeEnvelope } from '../../contract/envelope.ts';
import { readPayload } from '../../contract/payload.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { decode } from '../../engine/message/decode.ts';
import { TestJobError } from './error.ts';

/** A foreign message, as it comes. */
export interface TestMessage {
  /** Its text; an object is written as JSON. */
  readonly body: string | object;
  /** Its message attributes, all text. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** @default 'message-1' */
  readonly messageId?: string;
}

/** What becomes of a foreign message. */
export interface TestAccepted<P = unknown> {
  /** The jobs that run: empty if it is dropped, or dead-lettered. */
  readonly jobs: readonly { readonly id: string; readonly key: string; readonly payload: P }[];
  readonly isDropped: boolean;
  /** Why it is dead-lettered, with the reason `NotAccepted`. */
  readonly refusal?: string;
}

/**
 * Has a definition's `accept` read a message as the deployed consumer would, with all that is checked there. Payloads are as
 * the schema makes them.
 *
 * @throws TestJobError if the definition has no `accept`
 * @example
 * const { jobs } = await testAccept(resizeImage, { body: notification });
 * expect(jobs).toMatchObject([{ payload: { bucket: 'photos', key: 'a b.jpg' } }]);
 */
export async function testAccept<D extends JobDefinition>(
  definition: D,
  { body, attributes = {}, messageId = 'message-1' }: TestMessage,
): Promise<TestAccepted<Payload<D>>> {
  const { type, accept } = definition;
  if (accept === undefined) throw new TestJobError(`${type}: its definition has no accept`);
  const texts = Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]);
  const record = {
    ...{ messageId, body: typeof body === 'string' ? body : JSON.stringify(body), receiptHandle: messageId },
    ...{ md5OfBody: '', eventSource: 'aws:sqs', eventSourceARN: '', awsRegion: '' },
    messageAttributes: Object.fromEntries(texts) as Parameters<typeof decode>[0]['messageAttributes'],
    attributes: {
      ...{ SentTimestamp: '0', ApproximateReceiveCount: '1', SenderId: '', ApproximateFirstReceiveTimestamp: '0' },
    },
  };
  const read = decode(record, definition, Date.now());
  const message: Message = { ...read, ...(await read.pending) };
  if (message.refusal !== undefined && message.probe === undefined)
    return { jobs: [], isDropped: false, refusal: message.refusal.message };
  const bodies = message.probe === undefined ? (message.split ?? [message.body]) : [];
  const jobs = await Promise.all(bodies.map((text) => jobIn(text, definition)));
  return { jobs: jobs as TestAccepted<Payload<D>>['jobs'], isDropped: jobs.length === 0 };
}

async function jobIn(body: string, definition: JobDefinition) {
  const { id = '', key = id, payload } = decodeEnvelope(body, definition.type, Date.now());
  const read = readPayload(definition, payload);
  return { id, key, payload: (await read.pending)?.payload ?? read.payload };
}
