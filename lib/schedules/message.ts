import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { decodeEnvelope, writeEnvelope } from '../contract/envelope.ts';
import { readPayload } from '../contract/payload.ts';
import { ScheduleError } from './errors.ts';

/** Scheduler replaces this by the time, as 2027-01-31T09:00:00Z (Scheduler User Guide, "Adding context attributes"). */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';
/** Longest input of a target, in bytes (EventBridge Scheduler quotas, "Invocation payload"). */
const MAX_INPUT_BYTES = 256 * 1024;

/** What each tick sends. */
export interface TickJob {
  /** The schedule's. */
  readonly name: string;
  readonly payload: unknown;
  readonly maxAttempts?: number | undefined;
}

/** What the ids of a schedule's jobs begin with. Those of the definition's own schedules begin with their names alone. */
const idPrefix = (name: string): string => `schedule:${name}:`;

/** The id, and so the key, of a tick's job: whoever sends it for the same time, it runs once. */
export const tickId = (name: string, atMs: number): string =>
  `${idPrefix(name)}${new Date(atMs).toISOString().replace('.000Z', 'Z')}`;

/** The id of a job that is sent beside the ticks. */
export const extraId = (name: string, nonce: string): string => `${idPrefix(name)}now:${nonce}`;

/**
 * The input of a schedule: the message, with a mark that Scheduler replaces by the time of the tick.
 *
 * @param hasTimes false of an emulator that replaces no mark: its message's own id is then the job's
 * @throws InvalidPayloadError if the schema refuses the payload; InvalidMessageError for `maxAttempts` out of range;
 *         ScheduleError if it is too large
 */
export async function inputOf(
  definition: JobDefinition,
  { name, payload, maxAttempts }: TickJob,
  { hasTimes, nowMs }: { readonly hasTimes: boolean; readonly nowMs: number },
): Promise<string> {
  const { type } = definition;
  const id = hasTimes ? `${idPrefix(name)}MARK` : undefined;
  const { body, envelope } = writeEnvelope({ id, type, maxAttempts, payload }, type, nowMs);
  const read = readPayload(definition, envelope.payload);
  const { refusal } = (await read.pending) ?? read;
  if (refusal !== undefined) throw refusal;
  // Scheduler replaces text between angle brackets, so the payload's own brackets are escaped.
  const input = body.replace(/[<>]/g, (c) => (c === '<' ? '\\u003c' : '\\u003e')).replace('MARK', SCHEDULED_TIME);
  const bytes = Buffer.byteLength(input);
  if (bytes <= MAX_INPUT_BYTES) return input;
  throw new ScheduleError(
    `the payload makes an input of ${Math.ceil(bytes / 1024)} KB, EventBridge Scheduler takes 256: send what names it`,
  );
}

/**
 * The message of one job, made of what the schedule sends.
 *
 * @throws ScheduleError if that is no job of Sluice's: it was changed elsewhere
 */
export function bodyOf(input: string, { id, type, nowMs }: { id: string; type: string; nowMs: number }): string {
  const named = `{"id":${JSON.stringify(id)}`;
  const body = input.startsWith('{"id":') ? input.replace(/^\{"id":"[^"]*"/, named) : input.replace(/^\{/, `${named},`);
  try {
    decodeEnvelope(body, type, nowMs);
    return body;
  } catch (cause) {
    throw new ScheduleError('what it sends is no job: its input was changed elsewhere. Put it again', { cause });
  }
}
