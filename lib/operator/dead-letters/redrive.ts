import { createHash } from 'node:crypto';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { nowOf, type Stage } from '../aws.ts';
import { readJob } from '../job-table.ts';
import { tableOf } from '../stage.ts';
import { checkCorrectedBody } from './corrected-body.ts';
import { identityOf, matches, runOf } from './filter.ts';
import { DEATH, type DeadLetter, isOurs, jobIdOf } from './receive.ts';
import { type ReceiveAllResult, receiveAll } from './receive-all.ts';
import { type Refused, type SendBackEntry, sendBack } from './send-back.ts';
import { type DeadLetterSelection, dlqOf } from './show-and-purge.ts';

/** What a redrive did. */
export interface RedriveReport {
  /** Accepted by their queue and deleted from the dead-letter queue. */
  readonly sent: number;
  /** Refused by the queue: still in the dead-letter queue. */
  readonly refused: readonly RefusedDeadLetter[];
  /** Accepted, but still in the dead-letter queue. Redriven again they are duplicates, which run nothing. */
  readonly left: readonly RefusedDeadLetter[];
  readonly received: ReceiveAllResult;
}

export interface RefusedDeadLetter {
  readonly jobId: string;
  readonly messageId: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Sends dead letters back to their queue, at a bounded rate. After an interruption, another call goes on where it stopped:
 * the dead-letter queue holds the rest. Jobs that die again meanwhile stay there for the next redrive.
 *
 * @param body a corrected body, for the one dead letter that matches
 * @throws NoSuchStageError, NoSuchTypeError; CorrectedBodyError
 */
export async function redrive(
  stage: Stage,
  type: string,
  { filter = {}, body, onProgress, ...selection }: DeadLetterSelection & { body?: string | undefined } = {},
): Promise<RedriveReport> {
  const dlq = await dlqOf(stage, type);
  const startedAtMs = nowOf(stage);
  const runs = new Map<string, string | undefined>();
  const diedAgain = (deadLetter: DeadLetter) =>
    runs.has(jobIdOf(deadLetter)) && runs.get(jobIdOf(deadLetter)) !== runOf(deadLetter);
  const sent: string[] = [];
  const refused: Refused[] = [];
  const left: Refused[] = [];
  const received = await receiveAll(dlq, {
    ...selection,
    ...(body !== undefined && { limit: 1 }),
    wanted: (deadLetter) =>
      deadLetter.sentAtMs <= startedAtMs && !diedAgain(deadLetter) && matches(deadLetter, type, filter),
    async act(deadLetters) {
      if (deadLetters.length === 0) return [];
      for (const deadLetter of deadLetters) runs.set(jobIdOf(deadLetter), runOf(deadLetter));
      const entries = await Promise.all(deadLetters.map((deadLetter) => prepared(stage, type, { deadLetter, body })));
      const done = await sendBack(dlq, entries);
      sent.push(...done.sent.map(({ messageId }) => messageId));
      refused.push(...done.refused);
      left.push(...done.left);
      onProgress?.(sent.length);
      return [...done.refused, ...done.left].map(({ deadLetter }) => deadLetter);
    },
  });
  return { sent: sent.length, refused: refused.map(view), left: left.map(view), received };
}

const view = ({ deadLetter, code, message }: Refused): RefusedDeadLetter => ({
  ...{ jobId: jobIdOf(deadLetter), messageId: deadLetter.messageId, code, message },
});

/** SQS's limit, less the most that a dead letter's attributes can take (512 characters of error message, and names). */
const MAY_LACK_ATTRIBUTES_BYTES = MAX_MESSAGE_BYTES - 8192;

async function prepared(
  stage: Stage,
  type: string,
  { deadLetter, body }: { deadLetter: DeadLetter; body: string | undefined },
): Promise<SendBackEntry> {
  const run = await missingRun(stage, type, deadLetter);
  if (body !== undefined) checkCorrectedBody(deadLetter, type, body);
  return { deadLetter, ...(body !== undefined && { body }), ...(run !== undefined && { run }) };
}

/**
 * The run of a dead letter of ours whose body left no room for the attribute `run`. It is read from the item. Without it, the
 * message would be acknowledged as a duplicate, and lost.
 */
async function missingRun(stage: Stage, type: string, deadLetter: DeadLetter): Promise<number | undefined> {
  if (isOurs(deadLetter) || deadLetter.attributes[MESSAGE_ATTRIBUTES.run] !== undefined) return undefined;
  const cut = deadLetter.attributes[DEATH.jobType] !== undefined;
  if (!cut && Buffer.byteLength(deadLetter.body) < MAY_LACK_ATTRIBUTES_BYTES) return undefined;
  const { jobId, key } = identityOf(deadLetter, type);
  const item = await readJob(tableOf(stage), { type, key });
  const hash = createHash('sha256').update(deadLetter.body).digest('base64');
  const died = item?.status === 'DEAD' && item.jobId === jobId && item.bodyHash === hash;
  return died ? item.runNo : undefined;
}
