import { createHash } from 'node:crypto';
import { DEATH } from '../../contract/message-attributes.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { nowOf, type Stage } from '../aws.ts';
import { readJob } from '../job-table.ts';
import { storedBody } from '../payloads.ts';
import { tableOf } from '../stage.ts';
import { checkCorrectedBody } from './corrected-body.ts';
import { type Identity, identityOf, matches } from './filter.ts';
import { type DeadLetter, runOf } from './receive.ts';
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
  { filter = {}, body: given, onProgress, ...selection }: DeadLetterSelection & { body?: string | undefined } = {},
): Promise<RedriveReport> {
  const dlq = await dlqOf(stage, type);
  const startedAtMs = nowOf(stage);
  const runs = new Map<string, number | undefined>();
  const jobIdOf = (deadLetter: DeadLetter) => identityOf(deadLetter, type).jobId;
  const diedAgain = (deadLetter: DeadLetter) =>
    runs.has(jobIdOf(deadLetter)) && runs.get(jobIdOf(deadLetter)) !== runOf(deadLetter);
  const view = ({ deadLetter, code, message }: Refused): RefusedDeadLetter => ({
    ...{ jobId: jobIdOf(deadLetter), messageId: deadLetter.messageId, code, message },
  });
  let sent = 0;
  const refused: Refused[] = [];
  const left: Refused[] = [];
  const received = await receiveAll(dlq, {
    ...selection,
    ...(given !== undefined && { limit: 1 }),
    wanted: (deadLetter) =>
      deadLetter.sentAtMs <= startedAtMs && !diedAgain(deadLetter) && matches(deadLetter, type, filter),
    async act(deadLetters) {
      if (deadLetters.length === 0) return [];
      for (const deadLetter of deadLetters) runs.set(jobIdOf(deadLetter), runOf(deadLetter));
      if (given !== undefined) for (const deadLetter of deadLetters) checkCorrectedBody(deadLetter, type, given);
      const of = { stage, type, deadLetterQueueUrl: dlq.deadLetterQueueUrl };
      const body = given === undefined ? undefined : await storedBody(of, given);
      const entries = await Promise.all(deadLetters.map((deadLetter) => prepared(stage, type, { deadLetter, body })));
      const done = await sendBack(dlq, entries);
      sent += done.sent.length;
      refused.push(...done.refused);
      left.push(...done.left);
      onProgress?.(sent);
      return [...done.refused, ...done.left].map(({ deadLetter }) => deadLetter);
    },
  });
  return { sent, refused: refused.map(view), left: left.map(view), received };
}

/** SQS's limit, less the most that a dead letter's attributes can take (512 characters of error message, and names). */
const MAY_LACK_ATTRIBUTES_BYTES = MAX_MESSAGE_BYTES - 8192;

interface Prepared {
  readonly deadLetter: DeadLetter;
  /** The corrected body as it is sent: a large payload lies in S3. */
  readonly body: string | undefined;
}

async function prepared(stage: Stage, type: string, { deadLetter, body }: Prepared): Promise<SendBackEntry> {
  const [run, identity] = await Promise.all([
    missingRun(stage, type, deadLetter),
    formerIdentity(stage, type, deadLetter),
  ]);
  return {
    deadLetter,
    ...(body !== undefined && { body }),
    ...(run !== undefined && { run }),
    ...(identity && { identity }),
  };
}

/**
 * The identity of a message whose only `jobId` may be an earlier version's, or its sender's own. It is the earlier version's
 * where it names a job with this body.
 */
async function formerIdentity(stage: Stage, type: string, deadLetter: DeadLetter): Promise<Identity | undefined> {
  const { formerJobId, ...read } = deadLetter.read;
  if (formerJobId === undefined) return undefined;
  const identity = identityOf(deadLetter, type);
  if (await isJobOf(stage, type, { identity, body: deadLetter.body })) return identity;
  return identityOf({ ...deadLetter, read }, type);
}

interface Named {
  readonly identity: Identity;
  readonly body: string;
}

async function isJobOf(stage: Stage, type: string, { identity: { jobId, key }, body }: Named) {
  const item = await readJob(tableOf(stage), { type, key });
  const hash = createHash('sha256').update(body).digest('base64');
  return item !== undefined && item.jobId === jobId && item.bodyHash === hash ? item : undefined;
}

/**
 * The run of a dead letter of ours whose body left no room for the attribute `run`. It is read from the item. Without it, the
 * message would be acknowledged as a duplicate, and lost.
 */
async function missingRun(stage: Stage, type: string, deadLetter: DeadLetter): Promise<number | undefined> {
  if (runOf(deadLetter) !== undefined) return undefined;
  const cut = deadLetter.attributes[DEATH.jobType] !== undefined;
  if (!cut && Buffer.byteLength(deadLetter.body) < MAY_LACK_ATTRIBUTES_BYTES) return undefined;
  const item = await isJobOf(stage, type, { identity: identityOf(deadLetter, type), body: deadLetter.body });
  return item?.status === 'DEAD' ? item.runNo : undefined;
}
