import { METRICS } from '../../contract/names.ts';
import { decide } from '../../contract/protocol/decide.ts';
import type { Settled } from '../../contract/protocol/item-write.ts';
import { cancel, complete, fail, type SettleFacts, type SettleStep } from '../../contract/protocol/settle.ts';
import type { Claim } from '../claim.ts';
import type { Engine } from '../engine.ts';
import type { TransactWrite } from '../job-context.ts';
import { jobFields, logFailure } from '../logs.ts';
import { transact } from '../table/transaction.ts';

/** How an attempt was settled: the step that stands in the table, or `lost`: the job is no longer ours. */
export type Settlement = { readonly kind: 'settled'; readonly step: SettleStep } | { readonly kind: 'lost' };

/**
 * Rows `completed` and `committed`: the handler returned.
 *
 * @throws WriteConditionError, WriteRefusedError if the staged writes were refused: the attempt has failed after all
 */
export async function settleCompleted(
  claim: Claim,
  done: { result: unknown; writes: readonly TransactWrite[] },
  engine: Engine,
): Promise<Settlement> {
  const step = complete(facts(claim, engine), done.result);
  const settled =
    done.writes.length > 0 ? await transact(step.write, done.writes, engine) : await engine.store.settle(step.write);
  return isWritten(settled, step) ? { kind: 'settled', step } : { kind: 'lost' };
}

/** Rows `retryInPlace`, `parked`, `snoozed`, `dead` and `cancelledAtEnd`: the attempt failed. */
export async function settleFailed(claim: Claim, thrown: unknown, engine: Engine): Promise<Settlement> {
  const failure = decide(thrown, claim.item, { retry: engine.definition.retry, random: engine.random() });
  let step = fail(facts(claim, engine), failure);
  let settled = await engine.store.settle(step.write);
  if (settled.kind === 'tooLarge') {
    step = inPlace(step, engine);
    settled = await engine.store.settle(step.write);
  }
  if (isWritten(settled, step)) {
    logFailure(engine, { claim, failure, step, thrown });
    if (failure.kind !== 'snooze') engine.meter.count(METRICS.failed);
    if (failure.kind === 'retry') engine.meter.count(METRICS.retried);
    return { kind: 'settled', step };
  }
  return isCancelled(settled, claim) ? settleCancelled(claim, engine) : { kind: 'lost' };
}

async function settleCancelled(claim: Claim, engine: Engine): Promise<Settlement> {
  const step = cancel(facts(claim, engine));
  if (!isWritten(await engine.store.settle(step.write), step)) return { kind: 'lost' };
  engine.log.info('job.cancelled', jobFields(claim, engine));
  return { kind: 'settled', step };
}

/** Too big to park after all: it waits in its queue (row `retryInPlace` or `snoozed`). */
function inPlace({ row, write }: SettleStep, { clock }: Engine): SettleStep {
  const { envelope: _, listKey: __, listAt: ___, ...set } = write.set;
  return {
    row: row === 'snoozed' ? row : 'retryInPlace',
    write: { ...write, set },
    action: 'wait',
    untilMs: set.dueAt ?? clock.now(),
  };
}

/** A refused write whose item carries our owner and the wanted state has succeeded: its reply was lost. */
function isWritten(settled: Settled, { write }: SettleStep): boolean {
  if (settled.kind !== 'refused') return settled.kind === 'written';
  const { item } = settled;
  return item?.owner === write.fence.owner && item?.status === write.set.status;
}

function isCancelled(settled: Settled, { item }: Claim): boolean {
  if (settled.kind !== 'refused' || settled.item === undefined) return false;
  const { status, owner, cancelRequested } = settled.item;
  return status === 'INPROGRESS' && owner === item.owner && cancelRequested === true;
}

function facts({ item, message }: Claim, { definition, clock }: Engine): SettleFacts {
  const { retention, queueRetention } = definition;
  return { item, message, nowMs: clock.now(), retention, queueRetention };
}
