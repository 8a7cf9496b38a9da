import { randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { toSqs } from '../aws/message-attributes.ts';
import { deadlineRefusal } from '../contract/definition/begin-option.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { payloadText, writeEnvelope } from '../contract/envelope.ts';
import { nextHops } from '../contract/hops.ts';
import { attributeBytes, ENVELOPE_MARK } from '../contract/message-attributes.ts';
import { type ReadPayload, readPayload } from '../contract/payload.ts';
import type { FlowStep } from '../contract/protocol/flow-fields.ts';
import { MAX_DELAY_SECONDS } from '../contract/sqs-limits.ts';
import { RetiredTypeError } from './errors.ts';
import { checkFits, isLarge, type LargePayload, largePayload } from './large-payload.ts';
import { checkedOptions, type EnqueueOptions } from './options.ts';

/** A job ready to be sent. */
export interface EncodedJob {
  readonly jobId: string;
  /** Of the job's item; undefined if neither key nor id was given: nobody can have used it. */
  readonly givenKey: string | undefined;
  /** Of all that is sent, a payload that goes to S3 included. */
  readonly bytes: number;
  /** Its payload, if that goes to S3: before the message. */
  readonly large?: LargePayload;
  /** The schema takes time: whether it refuses the payload. Nothing is sent before. */
  readonly pending?: Promise<ReadPayload>;
  /** Parameters of SendMessage, or of an entry of SendMessageBatch. */
  readonly message: {
    readonly MessageBody: string;
    readonly DelaySeconds?: number;
    readonly MessageGroupId?: string;
    readonly MessageAttributes?: Record<string, MessageAttributeValue>;
  };
}

/** One job as its producer gave it. */
export interface GivenJob {
  readonly payload: unknown;
  readonly options: EnqueueOptions;
  /** Whether a large payload may go to S3. */
  readonly storesLarge: boolean;
  /** The steps after it. @default none */
  readonly then?: readonly FlowStep[] | undefined;
}

/**
 * Writes a job's message. What is checked is what the consumer will read: the payload as JSON carries it (a `Date` is
 * text there, an `undefined` is gone).
 *
 * @throws RetiredTypeError if the definition is retired
 * @throws InvalidPayloadError if the schema refuses the payload, or JSON cannot carry it
 * @throws InvalidMessageError if an option is wrong
 * @throws TooManyHopsError inside of a job that is the hundredth in a row enqueued by the one before
 * @throws MessageTooLargeError beyond 1,048,576 bytes, or 100 MB where payloads go to S3
 */
export function encodeJob(
  definition: JobDefinition,
  { payload, options, storesLarge, then }: GivenJob,
  nowMs: number,
): EncodedJob {
  if (definition.retired) throw new RetiredTypeError(definition.type);
  const { id, key, maxAttempts, runAt, startBefore, endBefore, tenant } = checkedOptions(options, nowMs);
  const jobId = id ?? uuidV7(nowMs);
  const { type } = definition;
  const createdAt = new Date(nowMs).toISOString();
  const times = { createdAt, runAt, startBefore, endBefore };
  const fields = { id: jobId, key, type, maxAttempts, ...times, hops: nextHops(type), then };
  const { body: whole, envelope } = writeEnvelope({ ...fields, payload }, type, nowMs);
  const { refusal = deadlineRefusal(envelope, definition), pending } = readPayload(definition, envelope.payload);
  if (refusal !== undefined) throw refusal;
  // Only where the consumer would ask `accept` otherwise: for all other types nothing is written, read or paid.
  const mark = definition.accept === undefined ? undefined : ENVELOPE_MARK;
  const beside = mark === undefined ? 0 : attributeBytes(mark);
  const bytes = Buffer.byteLength(whole) + beside;
  const runAtMs = runAt === undefined ? nowMs : Date.parse(runAt);
  const large =
    storesLarge && isLarge(bytes) ? largePayload(payloadText(payload), definition, { runAtMs, nowMs }) : undefined;
  const body = large === undefined ? whole : writeEnvelope({ ...fields, payloadRef: large.ref }, type, nowMs).body;
  checkFits(Buffer.byteLength(body) + beside);
  const delay = Math.ceil((runAtMs - nowMs) / 1000);
  return {
    jobId,
    givenKey: key ?? id,
    bytes,
    ...(large !== undefined && { large }),
    ...(pending !== undefined && { pending }),
    message: {
      MessageBody: body,
      // Within SQS's timer the queue itself holds the job; beyond, the consumer parks it in the jobs table.
      ...(delay > 0 && delay <= MAX_DELAY_SECONDS && { DelaySeconds: delay }),
      ...(tenant !== undefined && { MessageGroupId: tenant }),
      ...(mark !== undefined && { MessageAttributes: toSqs(mark) }),
    },
  };
}

/**
 * A UUIDv7 (RFC 9562): the time in ms, then random bits. Node keeps these in store for 128 ids; the package `uuid` draws
 * them id by id, which was a quarter of the work on a job here.
 */
function uuidV7(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  // A random UUID has its version digit at 14, and behind it the variant where it belongs.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
