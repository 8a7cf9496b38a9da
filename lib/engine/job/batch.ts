import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { InvalidPayloadError } from '../../contract/errors.ts';
import { optional } from '../../contract/names.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { REPORT_BEFORE_END_MS, SETTLE_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine, Invocation } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { decode, decodeBoth, isFormer } from '../message/decode.ts';
import { splitMessage } from '../message/split.ts';
import { type Received, wait } from '../message/wait.ts';
import type { Unwrapped } from '../payloads.ts';
import type { Tracing } from '../telemetry/traced.ts';
import { attempt } from './attempt.ts';
import { endBatch } from './breaker.ts';

/**
 * Runs the jobs of a batch. Stalled ones run last and one by one, after all others are settled and their metrics
 * written, fewest attempts first: a job that kills its process must not spend the attempts of the others.
 *
 * @returns the messages to keep; the event source mapping deletes the others
 * @throws TypeError if the event is no SQS event: then SQS keeps the whole batch
 */
export async function runBatch(
  { Records: records }: SQSEvent,
  context: Context,
  engine: Engine,
): Promise<SQSBatchResponse> {
  if (!Array.isArray(records)) throw new TypeError('the event is no batch of SQS messages: it has no Records');
  const invocation = { endsAtMs: engine.clock.now() + context.getRemainingTimeInMillis() };
  const endCalls = engine.callTime.begin(invocation.endsAtMs - REPORT_BEFORE_END_MS);
  const stalled: { record: SQSRecord; attempts: number }[] = [];
  const acked = new Set<SQSRecord>();
  const run = async (record: SQSRecord, how: { readonly alone: boolean; readonly isFirst: boolean }) => {
    const outcome = await runRecord(record, { engine, invocation, ...how });
    if (outcome === 'ack') acked.add(record);
    else if (outcome !== 'keep') stalled.push({ record, attempts: outcome.attempts });
  };
  try {
    if (engine.definition.parallel) {
      await Promise.all(records.map((record) => run(record, { alone: false, isFirst: true })));
    } else {
      for (const [i, record] of records.entries()) await run(record, { alone: false, isFirst: i === 0 });
    }
    engine.meter.flush();
    let isFirst = stalled.length === records.length;
    // A job that kills its process has had more attempts than its mates, which therefore run before it.
    for (const { record } of stalled.toSorted((a, b) => a.attempts - b.attempts)) {
      await run(record, { alone: true, isFirst });
      isFirst = false;
    }
    await endBatch?.(engine);
    return kept(records.filter((record) => !acked.has(record)));
  } finally {
    endCalls();
    engine.meter.flush();
    if (engine.tracing !== undefined) await flushSpans(engine.tracing, engine);
  }
}

/** What Lambda is told of messages that stay in their queue. */
export const kept = (records: readonly SQSRecord[]): SQSBatchResponse => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

/** What a collector that does not answer may add to a batch: its jobs have ended, and spans are worth less than they are. */
const FLUSH_MS = 500;

/** Lambda freezes the process after the batch: spans are sent before. Those that are not are sent with the next. */
async function flushSpans(tracing: Promise<Tracing | undefined>, { clock }: Engine): Promise<void> {
  const flushed = tracing.then((spans) => spans?.flush?.()).catch(() => undefined);
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(FLUSH_MS, resolve);
  });
  await Promise.race([flushed, late]);
  cancel();
}

interface RecordScope {
  readonly engine: Engine;
  readonly invocation: Invocation;
  readonly alone: boolean;
  /** No job of this invocation has run yet. */
  readonly isFirst: boolean;
}

/** Never throws: if one record fails, its message stays and the others go on. */
async function runRecord(record: SQSRecord, scope: RecordScope) {
  const { engine, invocation } = scope;
  let message: Message | undefined;
  try {
    message = await received(record, engine);
    if (message.probe !== undefined) return dropProbe(message, message.probe, engine);
    if (message.pending !== undefined) message = await inTime(message, message.pending, engine);
    const one: Received = { message, receiptHandle: record.receiptHandle };
    if (!mayStart(scope)) return await wait(one, engine.clock.now() + 1000, engine);
    if (message.split !== undefined)
      return await splitMessage({ received: one, envelopes: message.split }, invocation, engine);
    return await attempt(one, { engine, invocation, alone: scope.alone });
  } catch (error) {
    engine.log.error('job.not-settled', {
      messageId: record.messageId,
      ...(message === undefined ? { jobType: engine.definition.type } : messageFields(message, engine)),
      error: readError(error),
    });
    return 'keep';
  }
}

/** A message that is no job, and comes once: it is logged and deleted. */
function dropProbe({ messageId }: Message, probe: string, { definition, log }: Engine): 'ack' {
  log.info('message.probe-dropped', { messageId, jobType: definition.type, probe });
  return 'ack';
}

/** The record's message. Where it may be another, the item of that name decides. */
async function received(record: SQSRecord, engine: Engine): Promise<Message> {
  const { definition, clock, store, parkedUrl, payloads } = engine;
  if (process.env.SLUICE_S3 !== 'off' && definition.extendedFrom !== undefined) {
    const given = await (await payloads)?.bodyOf(record);
    if (given !== undefined) return unwrapped(record, given, engine);
  }
  const { message, former } = decodeBoth(record, definition, clock.now());
  const read = former !== undefined && isFormer(former, await store.read(former.key)) ? former : message;
  return parkedUrl === undefined ? read : { ...read, queueUrl: parkedUrl };
}

/** The message whose body lies in S3. It stays a pointer there: what is renewed, parked or dead-lettered has its own size. */
function unwrapped(record: SQSRecord, given: Unwrapped, { definition, clock, parkedUrl }: Engine): Message {
  const read = 'body' in given ? decode({ ...record, body: given.body }, definition, clock.now()) : undefined;
  const message = read ?? { ...decode(record, definition, clock.now()), ...given };
  return { ...message, body: record.body, ...optional('queueUrl', parkedUrl) };
}

/** The message of a job whose payload schema takes time: no more than an attempt may take. */
async function inTime(
  message: Message,
  pending: Promise<Partial<Message>>,
  { clock, definition }: Engine,
): Promise<Message> {
  const { timeoutSeconds } = definition;
  let cancel = () => {};
  const late = new Promise<Partial<Message>>((resolve) => {
    const why = `the payload schema took longer than timeoutSeconds ${timeoutSeconds}`;
    const giveUp = () => resolve({ payload: undefined, refusal: new InvalidPayloadError(why) });
    cancel = clock.after(timeoutSeconds * 1000, giveUp);
  });
  const read = await Promise.race([pending, late]);
  cancel();
  return { ...message, ...read };
}

/** The first job of an invocation may always start, a later one only if its whole timeout is left. */
function mayStart({ engine, invocation, isFirst }: RecordScope): boolean {
  if (engine.shutdown.aborted) return false;
  const leftMs = invocation.endsAtMs - SETTLE_BEFORE_END_MS - engine.clock.now();
  return isFirst ? leftMs > 0 : leftMs >= engine.definition.timeoutSeconds * 1000;
}
