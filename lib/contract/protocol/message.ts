import type { InvalidMessageError, InvalidPayloadError } from '../errors.ts';
import type { MessageAttributes, OwnAttributes } from '../message-attributes.ts';
import type { PayloadRef } from '../payload-ref.ts';
import type { FlowFields, FlowStep } from './flow-fields.ts';

/** A received message after decoding: what the transitions need to know of it. A refused body is a value, too. */
export interface Message {
  /** The job's own id: of the attribute `sluice`, else of the body, else the SQS message id. */
  readonly jobId: string;
  /** Idempotency key; the job id unless the body gives one. */
  readonly key: string;
  /** Id of the SQS message. */
  readonly messageId?: string;
  /**
   * Whether the message, as it is in the queue, names its job for good: if not, its name is lost with this message id, or is
   * what the `accept` of a later deploy makes of it.
   */
  readonly named: boolean;
  /** An envelope, also of a message of which `accept` made one job; the message's own body if it was refused. */
  readonly body: string;
  /** SHA-256 of the body, base64. */
  readonly bodyHash: string;
  /** SHA-256 of the payload as JSON, base64; undefined if the envelope was refused. */
  readonly payloadHash?: string;
  /** The payload as the definition's schema made it; undefined when refused, and while it lies elsewhere. */
  readonly payload: unknown;
  /** Where the payload lies: it is fetched and read by the schema once the job has begun. */
  readonly payloadRef?: PayloadRef;
  readonly maxAttempts: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Epoch ms. */
  readonly runAtMs?: number;
  /** From then on the job expires unless it has begun, epoch ms. */
  readonly startBeforeMs?: number;
  /** From then on no attempt of the job starts, epoch ms. */
  readonly endBeforeMs?: number;
  /** Of the envelope; undefined if no job enqueued this one. */
  readonly hops?: number;
  /** Of the envelope, also where the payload is refused. */
  readonly then?: readonly FlowStep[];
  readonly flow?: FlowFields;
  readonly refusal?: InvalidMessageError | InvalidPayloadError;
  /** No job: the name of the message by which an AWS service tries whether it may send. It is dropped. */
  readonly probe?: string;
  /** No job, but several: the envelopes that `accept` made of a foreign message; none if it is to be dropped. */
  readonly split?: readonly string[];
  /** The schema takes time: what is not known before it ends. */
  readonly pending?: Promise<Partial<Message>>;
  /** Attributes that Sluice itself set. */
  readonly attributes: OwnAttributes;
  /** Attributes that the sender set; they stay with the job. */
  readonly sender?: MessageAttributes;
  readonly group?: string;
  readonly trace?: string;
  /** Of its queue, where the dispatcher does not find that by its name. */
  readonly queueUrl?: string;
  readonly receiveCount: number;
  /** Epoch ms. */
  readonly firstReceivedAtMs?: number;
  /** Epoch ms. */
  readonly sentAtMs: number;
}

/** Whether the message's job has a part in a flow: something follows from its end, or it follows from another's. */
export const isOfFlow = ({ then, flow }: Pick<Message, 'then' | 'flow'>): boolean =>
  then !== undefined || flow !== undefined;
