import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { decodeEnvelope, type Envelope } from '../../contract/envelope.ts';
import { InvalidMessageError } from '../../contract/errors.ts';
import { readPayload } from '../../contract/payload.ts';
import { identityOf } from './filter.ts';
import { type DeadLetter, isOurs } from './receive.ts';
import { MendError } from './send-back.ts';

/**
 * Checks a mended body: an envelope, of the same job.
 *
 * @throws MendError saying what is wrong with it
 */
export function checkMended(letter: DeadLetter, type: string, body: string): void {
  if (!isOurs(letter)) {
    throw new MendError(`message ${letter.messageId} was moved by SQS, its job is not dead: send it back as it is`);
  }
  checkedEnvelope(body, type);
  const before = identityOf(letter, type);
  const after = identityOf(letter, type, body);
  for (const field of ['jobId', 'key'] as const) {
    if (before[field] === after[field]) continue;
    const name = field === 'jobId' ? 'id' : 'key';
    throw new MendError(
      `the mended body names another job: its "${name}" must be "${before[field]}" (or left out, where it was), got "${after[field]}"`,
    );
  }
}

/** Checks a mended body without its letter: an envelope, with a payload that its definition accepts. @throws MendError */
export function checkMendedPayload(definition: JobDefinition, body: string): void {
  const { refusal } = readPayload(definition, checkedEnvelope(body, definition.type).payload);
  if (refusal !== undefined) throw new MendError(`the mended body is refused: ${refusal.message}`, { cause: refusal });
}

function checkedEnvelope(body: string, type: string): Envelope {
  try {
    return decodeEnvelope(body, type, Date.now());
  } catch (cause) {
    if (!(cause instanceof InvalidMessageError)) throw cause;
    throw new MendError(`the mended body is refused: ${cause.message}`, { cause });
  }
}
