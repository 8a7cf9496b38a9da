import { nowOf, type Stage } from '../aws.ts';
import { storedBody } from '../payloads.ts';
import { checkCorrectedBody } from './corrected-body.ts';
import { type KeyRun, nameOfRun } from './dead-jobs.ts';
import { identityOf, makeMatch } from './filter.ts';
import { prepared } from './prepared.ts';
import { type DeadLetter, type DeadLetterQueue, runOf } from './receive.ts';
import { type ReceiveAllResult, receiveAll } from './receive-all.ts';
import { makeSaved, type Saved } from './saved.ts';
import { CorrectedBodyError, type Refused, type SendBackEntry, sendBack } from './send-back.ts';
import { type DeadLetterSelection, dlqOf } from './show.ts';

/** What a redrive did. */
export interface RedriveReport {
  /** Accepted by their queue and deleted from the dead-letter queue. */
  readonly sent: number;
  /** Refused by the queue: still in the dead-letter queue. */
  readonly refused: readonly RefusedDeadLetter[];
  /** Accepted, but still in the dead-letter queue. Redriven again they are duplicates, which run nothing. */
  readonly left: readonly RefusedDeadLetter[];
  /** Of `filter.jobs`: those whose dead letter was not seen. */
  readonly missing: readonly KeyRun[];
  /** Dead letters that were written to `file`. */
  readonly saved: number;
  readonly received: ReceiveAllResult;
}

export interface RefusedDeadLetter {
  readonly jobId: string;
  readonly messageId: string;
  readonly code: string;
  readonly message: string;
}

export interface RedriveOptions extends DeadLetterSelection {
  /** A corrected body, for the one dead letter that matches. */
  readonly body?: string | undefined;
  /** New file that the dead letter is saved to before its corrected body is sent. @default it is not saved */
  readonly file?: string | undefined;
}

/**
 * Sends dead letters back to their queue, at a bounded rate. After an interruption, another call goes on where it stopped:
 * the dead-letter queue holds the rest. Jobs that die again meanwhile stay there for the next redrive.
 *
 * @throws NoSuchStageError, NoSuchTypeError; CorrectedBodyError; the file system's error if the file exists or cannot be written
 */
export async function redrive(stage: Stage, type: string, options: RedriveOptions = {}): Promise<RedriveReport> {
  const dlq = await dlqOf(stage, type);
  const { filter = {}, body, file, onProgress, ...selection } = options;
  const saved = await makeSaved(body === undefined ? undefined : file);
  const sender = makeSender({ stage, type, dlq, saved, body, jobs: filter.jobs, onProgress });
  const isMatch = makeMatch(type, filter);
  const startedAtMs = nowOf(stage);
  // Runs that were chosen say themselves what is meant, whatever the clocks say.
  const isMeant = (deadLetter: DeadLetter) =>
    filter.jobs !== undefined || (deadLetter.sentAtMs <= startedAtMs && !sender.diedAgain(deadLetter));
  try {
    const received = await receiveAll(dlq, {
      ...selection,
      ...(body !== undefined && filter.jobs === undefined && { limit: 1 }),
      until: sender.isDone,
      wanted: (deadLetter) => isMeant(deadLetter) && isMatch(deadLetter),
      act: sender.send,
    });
    return { ...sender.report(), received };
  } finally {
    await saved.close();
  }
}

interface Sending {
  readonly stage: Stage;
  readonly type: string;
  readonly dlq: DeadLetterQueue;
  readonly saved: Saved;
  readonly body: string | undefined;
  readonly jobs: readonly KeyRun[] | undefined;
  readonly onProgress: DeadLetterSelection['onProgress'];
}

/** Sends dead letters as they are received, and remembers what became of them. */
function makeSender(sending: Sending) {
  const { stage, type, dlq, saved, body: given, jobs, onProgress } = sending;
  const runs = new Map<string, number | undefined>();
  const open = new Set(jobs?.map(nameOfRun));
  if (given !== undefined && open.size > 1) throw new CorrectedBodyError('a corrected body is for one job: choose one');
  let sent = 0;
  const refused: Refused[] = [];
  const left: Refused[] = [];
  const jobIdOf = (deadLetter: DeadLetter) => identityOf(deadLetter, type).jobId;
  const view = ({ deadLetter, code, message }: Refused): RefusedDeadLetter => ({
    ...{ jobId: jobIdOf(deadLetter), messageId: deadLetter.messageId, code, message },
  });
  const runNameOf = ({ deadLetter, run = runOf(deadLetter) ?? 0 }: SendBackEntry) =>
    nameOfRun({ key: identityOf(deadLetter, type).key, run });
  return {
    diedAgain: (deadLetter: DeadLetter) =>
      runs.has(jobIdOf(deadLetter)) && runs.get(jobIdOf(deadLetter)) !== runOf(deadLetter),
    isDone: () => jobs !== undefined && open.size === 0,
    /** @returns those that stay in the dead-letter queue */
    async send(deadLetters: readonly DeadLetter[]): Promise<DeadLetter[]> {
      const entries = await Promise.all(deadLetters.map((deadLetter) => prepared(stage, type, deadLetter)));
      const wanted = new Set(jobs?.map(nameOfRun));
      const chosen = entries.filter((entry) => jobs === undefined || wanted.has(runNameOf(entry)));
      // A corrected body is for one dead letter, also where the queue holds a copy of it.
      const meant = given === undefined ? chosen : chosen.slice(0, 1);
      if (meant.length === 0) return [...deadLetters];
      for (const { deadLetter } of meant) runs.set(jobIdOf(deadLetter), runOf(deadLetter));
      const done = await sendBack(dlq, given === undefined ? meant : await corrected(meant, given, sending));
      for (const entry of meant) open.delete(runNameOf(entry));
      sent += done.sent.length;
      refused.push(...done.refused);
      left.push(...done.left);
      onProgress?.(sent);
      const gone = new Set(done.sent);
      return deadLetters.filter((deadLetter) => !gone.has(deadLetter));
    },
    report: () => ({
      ...{ sent, refused: refused.map(view), left: left.map(view), saved: saved.count() },
      missing: (jobs ?? []).filter((job) => open.has(nameOfRun(job))),
    }),
  };
}

/** The same with a corrected body, once the old one is saved. */
async function corrected(
  entries: readonly SendBackEntry[],
  body: string,
  { stage, type, dlq, saved }: Sending,
): Promise<SendBackEntry[]> {
  const deadLetters = entries.map(({ deadLetter }) => deadLetter);
  for (const deadLetter of deadLetters) checkCorrectedBody(deadLetter, type, body);
  await saved.add(deadLetters);
  const stored = await storedBody({ stage, type, deadLetterQueueUrl: dlq.deadLetterQueueUrl }, body);
  return entries.map((entry) => ({ ...entry, body: stored }));
}
