import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { REPORT_BEFORE_END_MS, TICK_MS } from '../../contract/protocol/timing.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { decodeBoth } from '../message/decode.ts';
import { type MessageOutcome, wait } from '../message/wait.ts';
import { kept } from './batch.ts';

/** The stage's core is of an earlier version than its consumer: nothing was begun, every message stays. */
export class CoreTooOldError extends Error {
  override readonly name = 'CoreTooOldError';
}

/**
 * Looks whether the stage's core is new enough for this consumer, before its first jobs begin. If it is not, the messages are
 * hidden until core's next tick. No attempt is spent, and a message that was received too often is renewed.
 *
 * @returns undefined if jobs may begin; else the messages to keep
 * @throws CoreTooOldError if all of them are kept: Lambda counts the error, so that an alarm says it, and polls more slowly
 */
export async function holdBack(
  event: SQSEvent,
  context: Context,
  engine: Engine,
): Promise<SQSBatchResponse | undefined> {
  if (!Array.isArray(event?.Records) || event.Records.length === 0) return undefined;
  const { clock, callTime, log, definition, store } = engine;
  const { core } = store;
  const endCalls = callTime.begin(clock.now() + context.getRemainingTimeInMillis() - REPORT_BEFORE_END_MS);
  try {
    const found = await core.ask();
    if (core.isNewEnough) return undefined;
    const fields = { jobType: definition.type, needed: core.needed, found, messages: event.Records.length };
    log.error('consumer.core-too-old', fields);
    const outcomes = await Promise.all(event.Records.map((record) => keep(record, engine)));
    if (outcomes.includes('ack')) return kept(event.Records.filter((_, i) => outcomes[i] === 'keep'));
  } catch (error) {
    log.error('consumer.core-unknown', { jobType: definition.type, error: readError(error) });
    return kept(event.Records);
  } finally {
    endCalls();
  }
  throw new CoreTooOldError(
    `the stage's core is too old for the consumer of ${definition.type}: deploy core first; its jobs wait meanwhile`,
  );
}

async function keep(record: SQSRecord, engine: Engine): Promise<MessageOutcome> {
  const nowMs = engine.clock.now();
  const { message, former } = decodeBoth(record, engine.definition, nowMs);
  // Only the table tells which job it is of: a copy might name another.
  if (former !== undefined) return 'keep';
  return wait({ message, receiptHandle: record.receiptHandle }, nowMs + TICK_MS, engine);
}
