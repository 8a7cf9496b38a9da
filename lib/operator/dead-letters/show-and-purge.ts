import { type FileHandle, open } from 'node:fs/promises';
import { nowOf, type Stage } from '../aws.ts';
import { queueAttributes, queuesOf } from '../stage.ts';
import { diedAtMs, errorOf, fits, identityOf, runOf } from './filter.ts';
import { DEATH, type DeadLetter, type DeadLetterQueue, isOurs } from './receive.ts';
import { type DeadFilter, dead } from './report.ts';
import { remove } from './send-back.ts';
import { type Swept, sweep } from './sweep.ts';

/** A dead letter as a report shows it. */
export interface LetterView {
  readonly messageId: string;
  readonly jobId: string;
  readonly key: string;
  /** False: SQS moved it by itself, no consumer could start. */
  readonly ours: boolean;
  readonly run: number | undefined;
  readonly reason: string | undefined;
  readonly error: { readonly name: string; readonly message: string } | undefined;
  /** ISO 8601; of one that SQS moved, when its message was first sent. */
  readonly diedAt: string;
  readonly bytes: number;
  /** Only when asked for. */
  readonly body?: string;
}

/** Which letters are dealt with, and how fast. */
export interface LetterSelection {
  readonly filter?: DeadFilter;
  /** @default all */
  readonly limit?: number | undefined;
  /** Letters a second. @default 250 */
  readonly perSecond?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears of what is done so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Finds a type's dead-letter queue. @throws NoSuchStageError, NoSuchTypeError */
export async function dlqOf(stage: Stage, type: string): Promise<DeadLetterQueue> {
  const { queueUrl, deadLetterQueueUrl } = await queuesOf(stage, type);
  return { sqs: stage.aws.sqs, queueUrl, deadLetterQueueUrl };
}

/** How long a look may take, should this process be killed in between: then the letters are hidden for as long. */
const LOOK_SECONDS = 60;

/**
 * Looks at letters and releases them: they are hidden from others for the time of the look.
 *
 * @param bodies whether to show the bodies, which hold the payloads
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function show(
  stage: Stage,
  type: string,
  { bodies = false, limit = 10, ...selection }: LetterSelection & { bodies?: boolean } = {},
): Promise<{ letters: LetterView[]; swept: Swept }> {
  const dlq = await dlqOf(stage, type);
  const letters: LetterView[] = [];
  const swept = await sweep(dlq, {
    ...{ limit, signal: selection.signal, hiddenSeconds: LOOK_SECONDS },
    wanted: (letter) => fits(letter, type, selection.filter ?? {}),
    async act(found) {
      letters.push(...found.map((letter) => viewOf(letter, type, bodies)));
      return found;
    },
  });
  return { letters, swept };
}

function viewOf(letter: DeadLetter, type: string, bodies: boolean): LetterView {
  return {
    messageId: letter.messageId,
    ...identityOf(letter, type),
    ours: isOurs(letter),
    run: runOf(letter) === undefined ? undefined : Number(runOf(letter)),
    reason: letter.attributes[DEATH.reason],
    error: errorOf(letter),
    diedAt: new Date(diedAtMs(letter)).toISOString(),
    bytes: Buffer.byteLength(letter.body),
    ...(bodies && { body: letter.body }),
  };
}

/** What a redrive or purge would deal with. */
export interface Estimate {
  /** Messages in the dead-letter queue, approximate. */
  readonly inQueue: number;
  /** Of them, those that fit, by the table: messages that SQS moved itself are not in it. Without a filter: all. */
  readonly matching: number;
  readonly filtered: boolean;
}

/** Counts without receiving: from SQS's counts and the table's list of the dead. */
export async function estimate(stage: Stage, type: string, filter: DeadFilter = {}): Promise<Estimate> {
  const dlq = await dlqOf(stage, type);
  const counts = await queueAttributes(stage.aws.sqs, dlq.deadLetterQueueUrl, [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
  ]);
  const inQueue = Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  if (!filtered) return { inQueue, matching: inQueue, filtered };
  const { jobs } = await dead(stage, type, filter);
  const delivered = jobs.filter(({ undelivered }) => !undelivered).length;
  return { inQueue, matching: Math.min(delivered, inQueue), filtered };
}

/** What a purge did. */
export interface Purged {
  readonly deleted: number;
  /** Saved, but not deleted: they come back. */
  readonly left: number;
  readonly swept: Swept;
}

/**
 * Deletes letters, each only after it is on the disk, one JSON object a line: `messageId`, `attributes`, `group`,
 * `trace`, `sentAt`, `body`. The jobs stay DEAD in the table.
 *
 * @param file  new file to save to; undefined: they are not saved
 * @throws NoSuchStageError, NoSuchTypeError; the file system's error if the file exists or cannot be written
 */
export async function purge(
  stage: Stage,
  type: string,
  { file, filter = {}, onProgress, ...selection }: LetterSelection & { file: string | undefined },
): Promise<Purged> {
  const dlq = await dlqOf(stage, type);
  const startedAtMs = nowOf(stage);
  // `wx`: a file that is there already is somebody's.
  const saved = file === undefined ? undefined : await open(file, 'wx', 0o600);
  let deleted = 0;
  let left = 0;
  try {
    const swept = await sweep(dlq, {
      ...selection,
      // What dies meanwhile was not meant.
      wanted: (letter) => letter.sentAtMs <= startedAtMs && fits(letter, type, filter),
      async act(letters) {
        if (saved !== undefined) await save(saved, letters);
        const kept = await remove(dlq, letters);
        deleted += letters.length - kept.length;
        left += kept.length;
        onProgress?.(deleted);
        return kept.map(({ letter }) => letter);
      },
    });
    return { deleted, left, swept };
  } finally {
    await saved?.close();
  }
}

async function save(file: FileHandle, letters: readonly DeadLetter[]): Promise<void> {
  const lines = letters.map(({ receiptHandle: _, sentAtMs, ...letter }) =>
    JSON.stringify({ ...letter, sentAt: new Date(sentAtMs).toISOString() }),
  );
  if (lines.length === 0) return;
  await file.write(`${lines.join('\n')}\n`);
  await file.datasync();
}
