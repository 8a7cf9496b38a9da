import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { jsonText } from '../contract/json.ts';
import { MAX_INLINE_BYTES } from '../contract/payload-ref.ts';
import {
  createProducer,
  type EnqueueOptions,
  type Producer,
  type ProducerSqs,
  SendError,
  type SentJob,
} from '../producer/index.ts';
import type { Stage } from './aws.ts';
import { envelopeText, type GivenText, InvalidTextError, parsed } from './job-text.ts';
import { bucketOf } from './payloads.ts';
import { queuesOf } from './stage.ts';

/** What sending needs: the stage to find the queue in, and the calls to SQS. */
export interface SendDeps {
  readonly stage: Stage;
  readonly sqs: ProducerSqs;
}

/** A job as text: a payload, or with `envelopes` an object of `payload` and the job's options. */
export interface TextOptions extends EnqueueOptions {
  readonly envelopes?: boolean;
}

/** A line of a bulk that was not sent. */
export interface RefusedLine {
  /** From 1. */
  readonly line: number;
  readonly jobId: string | undefined;
  readonly why: string;
  /** True if it is refused each time, as long as it says what it says. */
  readonly wrong: boolean;
  /** True if no answer came, so that it may have been sent. Sent again under the same id, it runs once. */
  readonly maybeSent: boolean;
  /** The line to send again, for `envelopes`: under the same id, with its own options. One that is wrong must be corrected. */
  readonly again: string;
}

export interface BulkReport {
  readonly sent: number;
  readonly refused: number;
  /** Of the refused, those that may have been sent. */
  readonly unknown: number;
  /** Lines that were not tried, after an interruption or a failure for all. */
  readonly notTried: number;
  readonly interrupted: boolean;
  readonly failure?: unknown;
}

export interface BulkOptions extends TextOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Called for each line that was not sent, in order; lines that were not tried come last. */
  readonly onRefused: (refused: RefusedLine) => Promise<void>;
}

/** @param bytes of the text that is sent, if that is known: only what is large is put into the stage's bucket */
async function producerFor({ stage, sqs }: SendDeps, { type }: JobDefinition, bytes?: number): Promise<Producer> {
  const { queueUrl, deadLetterQueueUrl } = await queuesOf(stage, type);
  const isSmall = bytes !== undefined && bytes < MAX_INLINE_BYTES / 2;
  const payloads = isSmall ? undefined : await bucketOf({ stage, type, deadLetterQueueUrl });
  return createProducer({
    ...{ stage: stage.name, client: sqs, queueUrls: { [type]: queueUrl } },
    ...(payloads !== undefined && { payloads }),
  });
}

/**
 * Sends one job.
 *
 * @throws InvalidTextError, and what `enqueue` throws
 */
export async function send(
  deps: SendDeps,
  definition: JobDefinition,
  { text, ...options }: TextOptions & { text: string },
): Promise<SentJob> {
  const { payload, own } = parsed(text, options.envelopes === true);
  const { envelopes: _, ...common } = options;
  const producer = await producerFor(deps, definition, Buffer.byteLength(text));
  return producer.enqueue(definition, jsonText(payload), { ...defined(common), ...own });
}

/** Lines that go to the producer in one call. After an interruption it takes some five seconds at most to finish one. */
const CHUNK = 500;

/**
 * Sends a job for each line. `onRefused` gets each line that was refused, that may have been sent, or that was not tried
 * after an interruption, in a form that can be sent again.
 *
 * @throws NoSuchStageError, NoSuchTypeError before anything is read
 */
export async function sendLines(
  deps: SendDeps,
  definition: JobDefinition,
  { lines, ...options }: BulkOptions & { lines: AsyncIterable<string> },
): Promise<BulkReport> {
  const producer = await producerFor(deps, definition);
  const bulk = makeBulk(producer, definition, options);
  let chunk: Line[] = [];
  let number = 0;
  let unread: unknown;
  try {
    for await (const text of lines) {
      number += 1;
      if (text.trim() === '') continue;
      chunk.push({ number, text });
      if (chunk.length < CHUNK) continue;
      await bulk.take(chunk);
      chunk = [];
    }
  } catch (error) {
    // What was read before is reported, or nobody would know what was sent.
    unread = error;
  }
  await bulk.take(chunk);
  const report = bulk.report();
  return unread === undefined || 'failure' in report ? report : { ...report, failure: unread };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

interface Given extends Line, GivenText {}

function makeBulk(producer: Producer, definition: JobDefinition, options: BulkOptions) {
  const { envelopes = false, signal, onProgress } = options;
  const counts: Counts = { sent: 0, refused: 0, unknown: 0, notTried: 0 };
  const bulk = { producer, definition, options, counts };
  let failure: unknown;
  return {
    async take(chunk: readonly Line[]) {
      const given: Given[] = [];
      for (const line of chunk) {
        const job = tryParse(line, envelopes);
        if (job instanceof InvalidTextError) await refuse(bulk, line, { why: job.message, wrong: true });
        else given.push(job);
      }
      if (signal?.aborted !== true && failure === undefined && given.length > 0) {
        await attempt(bulk, given).catch(async (error: unknown) => {
          failure = error;
          await leave(bulk, given);
        });
      } else await leave(bulk, given);
      onProgress?.(counts.sent + counts.refused);
    },
    report: (): BulkReport => ({
      ...{ ...counts, interrupted: signal?.aborted === true },
      ...(failure !== undefined && { failure }),
    }),
  };
}

type Counts = { -readonly [Name in 'sent' | 'refused' | 'unknown' | 'notTried']: number };

interface Bulk {
  readonly producer: Producer;
  readonly definition: JobDefinition;
  readonly options: BulkOptions;
  readonly counts: Counts;
}

async function attempt(bulk: Bulk, given: readonly Given[]): Promise<void> {
  const { producer, definition, options, counts } = bulk;
  const { maxAttempts, runAt, delaySeconds, tenant } = options;
  const common = { maxAttempts, runAt, delaySeconds, tenant };
  const payloads = given.map(({ payload }) => jsonText(payload));
  const each = (_payload: unknown, i: number) => given[i]?.own ?? {};
  const results = await producer.enqueueMany(definition, payloads, { ...defined(common), each });
  for (const [i, result] of results.entries()) {
    const line = given[i];
    if (line === undefined) continue;
    if (result.status === 'sent') counts.sent += 1;
    else {
      const maybeSent = result.status === 'unknown';
      const wrong = !(result.error instanceof SendError);
      await refuse(bulk, line, { given: line, jobId: result.jobId, maybeSent, wrong, why: result.error.message });
    }
  }
}

/** Reports lines that were not tried. */
async function leave({ options, counts }: Bulk, given: readonly Given[]): Promise<void> {
  counts.notTried += given.length;
  for (const one of given) await options.onRefused(refusedLine(one, { given: one, why: 'not tried' }, options));
}

function refuse({ options, counts }: Bulk, line: Line, refusal: Refusal): Promise<void> {
  counts.refused += 1;
  counts.unknown += refusal.maybeSent ? 1 : 0;
  return options.onRefused(refusedLine(line, refusal, options));
}

function refusedLine(line: Line, refusal: Refusal, { envelopes }: BulkOptions): RefusedLine {
  const { given, jobId, maybeSent = false, wrong = false, why } = refusal;
  // What could not be read stands where it goes once it is corrected.
  const unread = envelopes ? line.text : envelopeText({ payload: line.text.trim(), own: {} }, undefined);
  const again = given === undefined ? unread : envelopeText(given, jobId);
  return { line: line.number, jobId, why, wrong, maybeSent, again };
}

interface Refusal {
  readonly why: string;
  readonly given?: Given;
  readonly jobId?: string | undefined;
  readonly maybeSent?: boolean;
  readonly wrong?: boolean;
}

function tryParse(line: Line, envelopes: boolean): Given | InvalidTextError {
  try {
    return { ...line, ...parsed(line.text, envelopes) };
  } catch (error) {
    if (error instanceof InvalidTextError) return error;
    throw error;
  }
}

/** Drops undefined options, so that they do not replace the options of a single job. */
const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
