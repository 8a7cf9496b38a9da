import { isDeepStrictEqual } from 'node:util';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { decodeEnvelope, type Envelope, readEnvelope } from '../../contract/envelope.ts';
import { InvalidMessageError } from '../../contract/errors.ts';
import { readPayload } from '../../contract/payload.ts';
import { checkFlow, checkThen } from '../../contract/protocol/flow-fields.ts';
import { notJsonAt } from '../json-place.ts';
import { unheldMessage, unheldNumber } from '../json-text.ts';
import { identityOf } from './filter.ts';
import { type DeadLetter, isOurs } from './receive.ts';
import { CorrectedBodyError } from './send-back.ts';

/**
 * Checks a corrected body: it must be an envelope of the same job, in the same flow.
 *
 * @throws CorrectedBodyError that says what is wrong with it
 */
export function checkCorrectedBody(deadLetter: DeadLetter, type: string, body: string): void {
  if (!isOurs(deadLetter)) {
    throw new CorrectedBodyError(
      `message ${deadLetter.messageId} was moved by SQS, its job is not dead: send it back as it is`,
    );
  }
  const given = checkedEnvelope(body, type);
  checkFlowKept(deadLetter.body, given);
  const original = namesOf(deadLetter, type);
  // A refused body that came under another job's name was dead-lettered under its message's id: it may keep that name.
  if (given.id === original.id && given.key === original.key) return;
  const before = identityOf(deadLetter, type);
  const jobId = given.id ?? before.jobId;
  const after = { jobId, key: given.key ?? jobId };
  for (const field of ['jobId', 'key'] as const) {
    if (before[field] === after[field]) continue;
    const name = field === 'jobId' ? 'id' : 'key';
    throw new CorrectedBodyError(
      `the corrected body names another job: its "${name}" must be "${before[field]}" (or left out, where it was), got "${after[field]}"`,
    );
  }
}

/** What follows from a job's end: with another `flow` or `then` its place would stay open, or its next step be another. */
const FLOW_FIELDS = [
  ['then', checkThen],
  ['flow', checkFlow],
] as const;

function checkFlowKept(before: string, given: Envelope): void {
  const fields = fieldsOf(before);
  const isKept = FLOW_FIELDS.every(
    ([name, check]) => isDeepStrictEqual(fields[name], given[name]) || isRefused(fields[name], check),
  );
  if (isKept) return;
  throw new CorrectedBodyError('the corrected body must keep "then" and "flow" as they were');
}

/** A field that was refused itself is what is corrected. */
function isRefused(value: unknown, check: (value: unknown) => void): boolean {
  if (value === undefined) return false;
  try {
    check(value);
    return false;
  } catch {
    return true;
  }
}

/** Fields of a body; none if it is no JSON object, in which no flow can be. */
function fieldsOf(body: string): Partial<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Partial<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** The names in a dead letter's own body. */
function namesOf({ body, sentAtMs }: DeadLetter, type: string) {
  const read = readEnvelope(body, type, sentAtMs);
  return 'refusal' in read ? read.names : read.envelope;
}

/**
 * Checks a corrected body without its dead letter: it must be an envelope whose payload the definition accepts.
 *
 * @throws CorrectedBodyError that says what is wrong with it
 */
export async function checkCorrectedPayload(definition: JobDefinition, body: string): Promise<void> {
  const { payload, payloadRef } = checkedEnvelope(body, definition.type);
  // It stays where it lies: its consumer reads it by the schema.
  if (payloadRef !== undefined) return;
  const read = readPayload(definition, payload);
  const { refusal } = (await read.pending) ?? read;
  if (refusal !== undefined)
    throw new CorrectedBodyError(`the corrected body is refused: ${refusal.message}`, { cause: refusal });
}

function checkedEnvelope(body: string, type: string): Envelope {
  let envelope: Envelope;
  try {
    envelope = decodeEnvelope(body, type, Date.now());
  } catch (cause) {
    if (!(cause instanceof InvalidMessageError)) throw cause;
    const place = notJsonAt(body);
    const why = place === undefined ? cause.message : `the body is not JSON: ${place}`;
    throw new CorrectedBodyError(`the corrected body is refused: ${why}`, { cause });
  }
  const unheld = unheldNumber(body);
  if (unheld === undefined) return envelope;
  throw new CorrectedBodyError(`the corrected body is refused: ${unheldMessage(unheld)}`);
}
