import { hash } from 'node:crypto';
import { deadlineRefusal } from './definition/begin-option.ts';
import type { JobDefinition } from './definition/job-definition.ts';
import type { Envelope } from './envelope.ts';
import { optional } from './names.ts';
import { type ReadPayload, readPayload } from './payload.ts';
import type { PayloadRef } from './payload-ref.ts';
import { deadlinesIn } from './protocol/deadlines.ts';
import { flowRefusal } from './protocol/flow-fields.ts';
import type { Message } from './protocol/message.ts';
import { iso } from './protocol/timing.ts';

/**
 * A message that may be another than it seems: its only `jobId` an earlier version's or its sender's own, its body one that
 * the `accept` before this one refused. The job's item tells.
 */
export interface Decoded {
  readonly message: Message;
  /** The message as it is if that `jobId` names its job. */
  readonly former?: Message;
}

/** What an envelope says of its job, beside the names. */
export function insideOf(envelope: Envelope, definition: JobDefinition) {
  const { maxAttempts, createdAt, runAt, startBefore, endBefore, hops, then, flow, payload, payloadRef } = envelope;
  return {
    ...optional('maxAttempts', maxAttempts),
    ...(createdAt !== undefined && { createdAt: iso(Date.parse(createdAt)) }),
    ...(runAt !== undefined && { runAtMs: Date.parse(runAt) }),
    ...deadlinesIn(startBefore, endBefore),
    ...optional('hops', hops),
    ...optional('then', then),
    ...optional('flow', flow),
    // In the bundle of a type that reads no S3 there is never a reference, and esbuild leaves this out.
    ...(process.env.SLUICE_S3 !== 'off' && payloadRef !== undefined
      ? lyingIn(payloadRef, envelope)
      : {
          // The same payload with other steps behind it is another job.
          ...optional(
            'payloadHash',
            hashOf(then === undefined && flow === undefined ? payload : [payload, then, flow]),
          ),
          ...readPayload(definition, payload),
        }),
    ...optional('refusal', flowRefusal({ then, flow }, definition) ?? deadlineRefusal(envelope, definition)),
  };
}

/** Undefined if the payload is nested so deeply that it cannot be written: its body's hash must do. */
function hashOf(payload: unknown): string | undefined {
  try {
    return hash('sha256', JSON.stringify(payload), 'base64');
  } catch {
    return undefined;
  }
}

type Lying = Pick<Message, 'payloadHash' | 'payloadRef'> & ReadPayload;

/**
 * The hash is that of the payload itself: it is the same job, wherever that lies. With steps behind it, that is so of two
 * references alone.
 */
const lyingIn = (payloadRef: PayloadRef, { then, flow }: Envelope): Lying => {
  const { sha256 } = payloadRef;
  const isAlone = then === undefined && flow === undefined;
  const payloadHash = isAlone ? Buffer.from(sha256, 'hex').toString('base64') : hashOf([sha256, then, flow]);
  return { ...optional('payloadHash', payloadHash), payloadRef, payload: undefined };
};

export const bodyHashOf = (body: string): string => hash('sha256', body, 'base64');
