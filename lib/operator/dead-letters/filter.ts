import { decodeEnvelope } from '../../contract/envelope.ts';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { DEATH, type DeadLetter, jobIdOf } from './receive.ts';
import { type DeadFilter, isDeadBy } from './report.ts';

/** Names by which a message's job is known. */
export interface Identity {
  readonly jobId: string;
  readonly key: string;
}

/**
 * A message's identity as begin reads it: the body's, else the attribute's, else the message id; a refused body has none.
 *
 * @param body another body than the letter's own
 */
export function identityOf(letter: DeadLetter, type: string, body = letter.body): Identity {
  const named = jobIdOf(letter);
  try {
    // A `runAt` that was within a year when it was sent still is.
    const { id = named, key = id } = decodeEnvelope(body, type, letter.sentAtMs);
    return { jobId: id, key };
  } catch {
    return { jobId: named, key: named };
  }
}

/** When a letter's job died, epoch ms; of one that SQS moved, when its message was first sent. */
export function diedAtMs({ attributes, sentAtMs }: DeadLetter): number {
  const failedAt = Date.parse(attributes[DEATH.failedAt] ?? '');
  return Number.isNaN(failedAt) ? sentAtMs : failedAt;
}

/** Whether a letter fits a filter. One that SQS moved has no reason and no error: it fits neither of these. */
export function fits(letter: DeadLetter, type: string, filter: DeadFilter): boolean {
  if (filter.sinceMs !== undefined && diedAtMs(letter) < filter.sinceMs) return false;
  if (filter.key !== undefined && identityOf(letter, type).key !== filter.key) return false;
  return isDeadBy({ reason: letter.attributes[DEATH.reason], error: errorOf(letter) }, filter);
}

/** The error that a letter tells of. */
export function errorOf({ attributes }: DeadLetter): { name: string; message: string } | undefined {
  const name = attributes[DEATH.errorName];
  const message = attributes[DEATH.errorMessage] ?? '';
  return name === undefined && message === '' ? undefined : { name: name ?? 'Error', message };
}

/** The run that died. */
export const runOf = ({ attributes }: DeadLetter): string | undefined => attributes[MESSAGE_ATTRIBUTES.run];
