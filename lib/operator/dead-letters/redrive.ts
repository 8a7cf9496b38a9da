import { createHash } from 'node:crypto';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { nowOf, type Stage } from '../aws.ts';
import { readJob } from '../job-table.ts';
import { tableOf } from '../stage.ts';
import { checkMended } from './corrected-body.ts';
import { fits, identityOf, runOf } from './filter.ts';
import { DEATH, type DeadLetter, isOurs, jobIdOf } from './receive.ts';
import { type Redrive, type Refused, redrive } from './send-back.ts';
import { dlqOf, type LetterSelection } from './show-and-purge.ts';
import { type Swept, sweep } from './sweep.ts';

/** What a redrive did. */
export interface RedriveReport {
  /** In their queue again, gone from the dead-letter queue. */
  readonly sent: number;
  /** Not taken by the queue: still in the dead-letter queue. */
  readonly refused: readonly RefusedLetter[];
  /** Taken, and still in the dead-letter queue: redriven again they are duplicates, which run nothing. */
  readonly left: readonly RefusedLetter[];
  readonly swept: Swept;
}

export interface RefusedLetter {
  readonly jobId: string;
  readonly messageId: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Sends dead letters back to their queue, at a bounded rate. Interrupted and called again it goes on where it was: the
 * dead-letter queue holds what is left. Letters of jobs that die again meanwhile are left for the next time.
 *
 * @param body a mended body, for the one letter that fits
 * @throws NoSuchStageError, NoSuchTypeError; MendError
 */
export async function redriveAll(
  stage: Stage,
  type: string,
  { filter = {}, body, onProgress, ...selection }: LetterSelection & { body?: string | undefined } = {},
): Promise<RedriveReport> {
  const dlq = await dlqOf(stage, type);
  const startedAtMs = nowOf(stage);
  const runs = new Map<string, string | undefined>();
  const diedAgain = (letter: DeadLetter) => runs.has(jobIdOf(letter)) && runs.get(jobIdOf(letter)) !== runOf(letter);
  const sent: string[] = [];
  const refused: Refused[] = [];
  const left: Refused[] = [];
  const swept = await sweep(dlq, {
    ...selection,
    ...(body !== undefined && { limit: 1 }),
    wanted: (letter) => letter.sentAtMs <= startedAtMs && !diedAgain(letter) && fits(letter, type, filter),
    async act(letters) {
      if (letters.length === 0) return [];
      for (const letter of letters) runs.set(jobIdOf(letter), runOf(letter));
      const redrives = await Promise.all(letters.map((letter) => prepared(stage, type, { letter, body })));
      const done = await redrive(dlq, redrives);
      sent.push(...done.sent.map(({ messageId }) => messageId));
      refused.push(...done.refused);
      left.push(...done.left);
      onProgress?.(sent.length);
      return [...done.refused, ...done.left].map(({ letter }) => letter);
    },
  });
  return { sent: sent.length, refused: refused.map(view), left: left.map(view), swept };
}

const view = ({ letter, code, message }: Refused): RefusedLetter => ({
  ...{ jobId: jobIdOf(letter), messageId: letter.messageId, code, message },
});

/** SQS's limit, less all that a dead letter's attributes can weigh (512 characters of error message, and names). */
const MAY_LACK_ATTRIBUTES_BYTES = MAX_MESSAGE_BYTES - 8192;

async function prepared(
  stage: Stage,
  type: string,
  { letter, body }: { letter: DeadLetter; body: string | undefined },
): Promise<Redrive> {
  const run = await missingRun(stage, type, letter);
  if (body !== undefined) checkMended(letter, type, body);
  return { letter, ...(body !== undefined && { body }), ...(run !== undefined && { run }) };
}

/**
 * A letter of ours whose body left no room for `run`: without it, it would be acknowledged as a duplicate, and be gone.
 * The item knows the run.
 */
async function missingRun(stage: Stage, type: string, letter: DeadLetter): Promise<number | undefined> {
  if (isOurs(letter) || letter.attributes[MESSAGE_ATTRIBUTES.run] !== undefined) return undefined;
  const cut = letter.attributes[DEATH.jobType] !== undefined;
  if (!cut && Buffer.byteLength(letter.body) < MAY_LACK_ATTRIBUTES_BYTES) return undefined;
  const { jobId, key } = identityOf(letter, type);
  const item = await readJob(tableOf(stage), { type, key });
  const hash = createHash('sha256').update(letter.body).digest('base64');
  const died = item?.status === 'DEAD' && item.jobId === jobId && item.bodyHash === hash;
  return died ? item.runNo : undefined;
}
