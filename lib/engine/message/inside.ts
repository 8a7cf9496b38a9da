import { hash } from 'node:crypto';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { Envelope } from '../../contract/envelope.ts';
import { optional } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import { flowRefusal } from '../../contract/protocol/flow-fields.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { iso } from '../../contract/protocol/timing.ts';

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
export function insideOf(
  { maxAttempts, createdAt, runAt, hops, then, flow, payload }: Envelope,
  definition: JobDefinition,
) {
  return {
    ...optional('maxAttempts', maxAttempts),
    ...(createdAt !== undefined && { createdAt: iso(Date.parse(createdAt)) }),
    ...(runAt !== undefined && { runAtMs: Date.parse(runAt) }),
    ...optional('hops', hops),
    ...optional('then', then),
    ...optional('flow', flow),
    // The same payload with other steps behind it is another job.
    ...optional('payloadHash', hashOf(then === undefined && flow === undefined ? payload : [payload, then, flow])),
    ...readPayload(definition, payload),
    ...optional('refusal', flowRefusal({ then, flow }, definition)),
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

export const bodyHashOf = (body: string): string => hash('sha256', body, 'base64');
