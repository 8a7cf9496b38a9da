import type { Stage } from '../aws.ts';
import { wholeBody } from '../payloads.ts';
import { queueAttributes, queuesOf } from '../stage.ts';
import type { DeadFilter, KeyRun } from './dead-jobs.ts';
import { diedAtMs, errorOf, identityOf, makeMatch, reasonOf } from './filter.ts';
import { type DeadLetter, type DeadLetterQueue, isOurs, runOf } from './receive.ts';
import { type ReceiveAllResult, receiveAll } from './receive-all.ts';
import { dead } from './report.ts';
import { runIn } from './runs.ts';

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
    wanted: makeMatch(type, selection.filter ?? {}),
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

/** How {@link deadLetterOf} looks. */
export interface LookOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of dead letters that were looked at so far. */
  readonly onProgress?: ((looked: number) => void) | undefined;
}

/**
 * The dead letter of one dead job, with its body, its payload in it wherever that lies: to be read, or corrected and redriven.
 * SQS finds no message by name: it receives dead letters until it has found this one, and releases them all.
 *
 * @returns undefined if it is not in sight: it was redriven or purged, is still pending, or somebody else holds it
 * @throws NoSuchStageError, NoSuchTypeError; the error that ended the look
 */
export async function deadLetterOf(
  stage: Stage,
  type: string,
  { key, run }: KeyRun,
  { signal, onProgress }: LookOptions = {},
): Promise<(DeadLetterView & { readonly body: string }) | undefined> {
  const dlq = await dlqOf(stage, type);
  const isIt = makeMatch(type, { jobs: [{ key, run }] });
  let looked = 0;
  let found: DeadLetter | undefined;
  const { failure } = await receiveAll(dlq, {
    ...{ signal, hiddenSeconds: LOOK_SECONDS, until: () => found !== undefined },
    wanted(deadLetter) {
      onProgress?.(++looked);
      return isIt(deadLetter);
    },
    async act(deadLetters) {
      for (const one of deadLetters) if ((await runIn(stage, type, one)) === run) found ??= one;
      return deadLetters;
    },
  });
  if (found === undefined && failure !== undefined) throw failure;
  if (found === undefined) return undefined;
  const whole = await wholeBody({ stage, type, deadLetterQueueUrl: dlq.deadLetterQueueUrl }, found.body);
  return { ...viewOf(found, type), run, ...whole };
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
