import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { SETTLE_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import type { Engine, Invocation } from '../engine.ts';
import { decode } from '../message/decode.ts';
import { type Received, wait } from '../message/wait.ts';
import { attempt } from './attempt.ts';

/** A message that stays in its queue, told to Powertools' batch as a failed record. */
class KeptError extends Error {
  override readonly name = 'KeptError';
}

/**
 * Runs the jobs of a batch, then, one by one and after everything else is settled and its metrics are written, those
 * that stalled: a poison job that kills its process must not spend the attempts of its batch mates.
 *
 * @returns the messages to keep; those that are not named are deleted by the event source mapping
 * @throws UnexpectedBatchTypeError if the event is no SQS event: then SQS keeps the whole batch
 */
export async function runBatch(event: SQSEvent, context: Context, engine: Engine): Promise<SQSBatchResponse> {
  const idempotency = new IdempotencyConfig({ lambdaContext: context });
  const invocation = { endsAtMs: engine.clock.now() + context.getRemainingTimeInMillis(), idempotency };
  const stalled: SQSRecord[] = [];
  let fresh = true;
  const handle = async (record: SQSRecord): Promise<void> => {
    const fate = await runRecord(record, { engine, invocation, alone: false, fresh });
    if (!engine.definition.parallel) fresh = false;
    if (fate === 'stalled') stalled.push(record);
    if (fate !== 'ack') throw new KeptError();
  };
  try {
    const response = await processPartialResponse(event, handle, new BatchProcessor(EventType.SQS), {
      processInParallel: engine.definition.parallel,
      // A thrown batch would slow the event source's pollers and hide the visibility timeouts that were set.
      throwOnFullBatchFailure: false,
    });
    engine.meter.flush();
    fresh = stalled.length === event.Records.length;
    const acked = new Set<string>();
    for (const record of stalled) {
      if ((await runRecord(record, { engine, invocation, alone: true, fresh })) === 'ack') acked.add(record.messageId);
      fresh = false;
    }
    return { batchItemFailures: response.batchItemFailures.filter(({ itemIdentifier }) => !acked.has(itemIdentifier)) };
  } finally {
    engine.meter.flush();
  }
}

interface RecordScope {
  readonly engine: Engine;
  readonly invocation: Invocation;
  readonly alone: boolean;
  /** No job of this invocation has run yet. */
  readonly fresh: boolean;
}

/** Never throws: whatever goes wrong with one record, its message stays and the others go on. */
async function runRecord(record: SQSRecord, scope: RecordScope) {
  const { engine, invocation } = scope;
  try {
    const message = decode(record, engine.definition, engine.clock.now());
    const received: Received = { message, receiptHandle: record.receiptHandle };
    if (!mayStart(scope)) return await wait(received, engine.clock.now() + 1000, engine);
    return await attempt(received, { engine, invocation, alone: scope.alone });
  } catch (error) {
    engine.log.error('job.not-settled', {
      messageId: record.messageId,
      jobType: engine.definition.type,
      error: error as Error,
    });
    return 'keep';
  }
}

/** Once jobs have run, another is started only if its whole timeout is left; else it goes back without an attempt. */
function mayStart({ engine, invocation, fresh }: RecordScope): boolean {
  if (engine.shutdown.aborted) return false;
  const leftMs = invocation.endsAtMs - SETTLE_BEFORE_END_MS - engine.clock.now();
  return fresh ? leftMs > 0 : leftMs >= engine.definition.timeoutSeconds * 1000;
}
