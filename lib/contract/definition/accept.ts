import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** A message that somebody else made, as `accept` reads it. */
export interface ForeignMessage {
  readonly body: string;
  /** Its message attributes: their text, or base64 where they are binary. */
  readonly attributes: Readonly<Record<string, string>>;
  /** With which SQS took it; the same each time that the message comes, also after a redrive. */
  readonly messageId: string;
}

/** A job that a foreign message asks for. */
export interface AcceptedJob<P = unknown> {
  /** Names the job, 1 to 128 of `A-Za-z0-9_.:-`. The same message must give the same one each time. */
  readonly id: string;
  /** Idempotency key, 1 to 250 of the same characters. @default id */
  readonly key?: string;
  readonly payload: P;
}

/**
 * Reads a foreign message. What it throws or returns wrongly dead-letters the message, with the reason `NotAccepted`.
 *
 * @returns at once: a job, several of different ids, or `drop` if the message asks for none
 */
export type Accept<P = unknown> = (message: ForeignMessage) => AcceptedJob<P> | readonly AcceptedJob<P>[] | 'drop';

/** `accept` in a definition: which payloads it gives only the definition's schema says. */
export type AnyAccept = Accept<never>;

/** @throws JobDefinitionError unless it is absent, or a function in a definition without schedules */
export function checkedAccept({ accept, schedule = [] }: Readonly<Record<string, unknown>>): {
  readonly accept?: AnyAccept;
} {
  if (accept === undefined) return {};
  if (typeof accept !== 'function') {
    throw new JobDefinitionError(`accept must be a function of { body, attributes, messageId }, got ${shown(accept)}`);
  }
  if (Array.isArray(schedule) && schedule.length > 0) {
    throw new JobDefinitionError(
      'accept does not go with schedule: EventBridge cannot mark its messages as jobs; give the schedule a type of its own',
    );
  }
  return { accept: accept as AnyAccept };
}
