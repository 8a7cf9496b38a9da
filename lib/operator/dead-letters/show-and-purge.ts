import { type FileHandle, open, rm } from 'node:fs/promises';
import { nowOf, type Stage } from '../aws.ts';
import { wholeBody } from '../payloads.ts';
import { queueAttributes, queuesOf } from '../stage.ts';
import { diedAtMs, errorOf, identityOf, matches, reasonOf } from './filter.ts';
import { type DeadLetter, type DeadLetterQueue, isOurs, runOf } from './receive.ts';
import { type ReceiveAllResult, receiveAll } from './receive-all.ts';
import { type DeadFilter, dead } from './report.ts';
import { remove } from './send-back.ts';

/** A dead letter as a report shows it. */
export interface DeadLetterView {
  readonly messageId: string;
  readonly jobId: string;
  readonly key: string;
  /** False if SQS moved it, because no consumer could start. */
  readonly ours: boolean;
  readonly run: number | undefined;
  readonly reason: string | undefined;
  readonly error: { readonly name: string; readonly message: string } | undefined;
  /** ISO 8601. For a message that SQS moved: when it was first sent. */
  readonly diedAt: string;
  readonly bytes: number;
  /** Only when asked for. With its payload, also if that lies in S3. */
  readonly body?: string;
  /** Why the payload could not be fetched: the body says where it lies. */
  readonly unread?: string;
}

/** Which dead letters a verb acts on, and how fast. */
export interface DeadLetterSelection {
  readonly filter?: DeadFilter;
  /** @default all */
  readonly limit?: number | undefined;
  /** Dead letters a second. @default 250 */
  readonly perSecond?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number done so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Finds a type's dead-letter queue. @throws NoSuchStageError, NoSuchTypeError */
export async function dlqOf(stage: Stage, type: string): Promise<DeadLetterQueue> {
  const { queueUrl, deadLetterQueueUrl } = await queuesOf(stage, type);
  return { sqs: stage.aws.sqs, queueUrl, deadLetterQueueUrl, clock: stage };
}

/** Visibility timeout of a look. If this process is killed meanwhile, the dead letters stay hidden for that long. */
const LOOK_SECONDS = 60;

/**
 * Receives dead letters and releases them. Nobody else can receive them meanwhile.
 *
 * @param bodies whether to show the bodies, which hold the payloads
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function show(
  stage: Stage,
  type: string,
  { bodies = false, limit = 10, ...selection }: DeadLetterSelection & { bodies?: boolean } = {},
): Promise<{ deadLetters: DeadLetterView[]; received: ReceiveAllResult }> {
  const dlq = await dlqOf(stage, type);
  const deadLetters: DeadLetterView[] = [];
  const received = await receiveAll(dlq, {
    ...{ limit, signal: selection.signal, hiddenSeconds: LOOK_SECONDS },
    wanted: (deadLetter) => matches(deadLetter, type, selection.filter ?? {}),
    async act(found) {
      const of = { stage, type, deadLetterQueueUrl: dlq.deadLetterQueueUrl };
      for (const deadLetter of found) {
        const whole = bodies ? await wholeBody(of, deadLetter.body) : {};
        deadLetters.push({ ...viewOf(deadLetter, type), ...whole });
      }
      return found;
    },
  });
  return { deadLetters, received };
}

function viewOf(deadLetter: DeadLetter, type: string): DeadLetterView {
  return {
    messageId: deadLetter.messageId,
    ...identityOf(deadLetter, type),
    ours: isOurs(deadLetter),
    run: runOf(deadLetter),
    reason: reasonOf(deadLetter),
    error: errorOf(deadLetter),
    diedAt: new Date(diedAtMs(deadLetter)).toISOString(),
    bytes: Buffer.byteLength(deadLetter.body),
  };
}

/** What a redrive or purge would act on. */
export interface Estimate {
  /** Messages in the dead-letter queue, approximate. */
  readonly inQueue: number;
  /** How many of them match the filter, by the table. Messages that SQS moved are not in it. Without a filter: all. */
  readonly matching: number;
  readonly filtered: boolean;
  /** Not all dead jobs were looked at: more than `matching` may match. */
  readonly truncated?: true;
}

/** Counts from SQS's attributes and the table's index of dead jobs, without receiving a message. */
export async function estimate(stage: Stage, type: string, filter: DeadFilter = {}): Promise<Estimate> {
  const dlq = await dlqOf(stage, type);
  const counts = await queueAttributes(stage.aws.sqs, dlq.deadLetterQueueUrl, [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
  ]);
  const inQueue = Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  if (!filtered) return { inQueue, matching: inQueue, filtered };
  const { jobs, truncated } = await dead(stage, type, filter);
  const delivered = jobs.filter(({ undelivered }) => !undelivered).length;
  return { inQueue, matching: Math.min(delivered, inQueue), filtered, ...(truncated && { truncated }) };
}

/** What a purge did. */
export interface Purged {
  readonly deleted: number;
  /** Written to the file; without any there is no file. */
  readonly saved: number;
  /** Saved, but not deleted: they become visible again. */
  readonly left: number;
  readonly received: ReceiveAllResult;
}

/**
 * Deletes dead letters, each only after it was written to disk. A line of the file is one JSON object: `messageId`,
 * `attributes`, `group`, `trace`, `sentAt`, `body`. The jobs stay DEAD in the table.
 *
 * @param file  new file to save to; undefined: they are not saved
 * @throws NoSuchStageError, NoSuchTypeError; the file system's error if the file exists or cannot be written
 */
export async function purge(
  stage: Stage,
  type: string,
  { file, filter = {}, onProgress, ...selection }: DeadLetterSelection & { file: string | undefined },
): Promise<Purged> {
  const dlq = await dlqOf(stage, type);
  const startedAtMs = nowOf(stage);
  // `wx`: never writes over an existing file.
  const saved = file === undefined ? undefined : await open(file, 'wx', 0o600);
  let deleted = 0;
  let written = 0;
  let left = 0;
  try {
    const received = await receiveAll(dlq, {
      ...selection,
      // Jobs that die after the start were not part of the question.
      wanted: (deadLetter) => deadLetter.sentAtMs <= startedAtMs && matches(deadLetter, type, filter),
      async act(deadLetters) {
        if (saved !== undefined) written += await save(saved, deadLetters);
        const kept = await remove(dlq, deadLetters);
        deleted += deadLetters.length - kept.length;
        left += kept.length;
        onProgress?.(deleted);
        return kept.map(({ deadLetter }) => deadLetter);
      },
    });
    return { deleted, saved: written, left, received };
  } finally {
    await saved?.close();
    if (file !== undefined && saved !== undefined && written === 0) await rm(file);
  }
}

/** @returns how many it wrote */
async function save(file: FileHandle, deadLetters: readonly DeadLetter[]): Promise<number> {
  const lines = deadLetters.map(({ receiptHandle: _, read: __, sentAtMs, ...deadLetter }) =>
    JSON.stringify({ ...deadLetter, sentAt: new Date(sentAtMs).toISOString() }),
  );
  if (lines.length === 0) return 0;
  await file.write(`${lines.join('\n')}\n`);
  await file.datasync();
  return lines.length;
}
