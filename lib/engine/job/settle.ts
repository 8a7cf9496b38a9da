import { toJobError, WriteConditionError, WriteRefusedError } from '../../contract/errors.ts';
import { METRICS } from '../../contract/names.ts';
import { decide, decideInterrupted } from '../../contract/protocol/decide.ts';
import { failWithin } from '../../contract/protocol/expiring.ts';
import type { Settled } from '../../contract/protocol/item-write.ts';
import {
  cancel,
  complete,
  type Failure,
  fail,
  type SettleFacts,
  type SettleStep,
} from '../../contract/protocol/settle.ts';
import type { Claim, Engine } from '../engine.ts';
import { durationMs, jobFields, logFailure } from '../logs.ts';
import { attemptCompleted, attemptFailed, failureOfProbe } from './breaker.ts';
import type { Outcome } from './run-handler.ts';
import { endUnclaimed, lostOr, type Outrun } from './unclaimed.ts';

/**
 * How an attempt was settled: the step that stands in the table, or `lost`: the job is no longer ours. `outrun`: an unclaimed
 * attempt found another row.
 */
export type Settlement = { readonly kind: 'settled'; readonly step: SettleStep } | { readonly kind: 'lost' } | Outrun;

type Completed = Extract<Outcome, { kind: 'completed' }>;
type Uncompleted = Exclude<Outcome, Completed>;

/**
 * Writes what an attempt's outcome leads to.
 *
 * @throws WriteError, ReadError if the jobs table did not answer
 */
export async function settle(claim: Claim, outcome: Outcome, engine: Engine): Promise<Settlement> {
  if (outcome.kind !== 'completed') return settleFailed(claim, outcome, engine);
  try {
    const settlement = await settleCompleted(claim, outcome, engine);
    await attemptCompleted?.(claim, engine);
    return settlement;
  } catch (error) {
    if (!(error instanceof WriteConditionError || error instanceof WriteRefusedError)) throw error;
    return settleFailed(claim, { kind: 'failed', error }, engine);
  }
}

/**
 * Rows `completed` and `committed`: the handler returned.
 *
 * @throws WriteConditionError, WriteRefusedError if the staged writes were refused: the attempt has failed after all
 */
async function settleCompleted(claim: Claim, { result, writes, jobs }: Completed, engine: Engine): Promise<Settlement> {
  const { store } = engine;
  const step = complete(facts(claim, engine), result, jobs);
  const settled = await (claim.unclaimed
    ? endUnclaimed({ claim, step, writes }, store)
    : writes.length > 0
      ? store.settle(step.write, { with: writes })
      : store.settle(step.write));
  if (!isWritten(settled, step)) return lostOr(settled, { claim, step }, engine);
  reportCompletion(claim, engine);
  return { kind: 'settled', step };
}

/** The attempt did not complete. */
async function settleFailed(claim: Claim, outcome: Uncompleted, engine: Engine): Promise<Settlement> {
  const failure = failureOf(outcome, claim, engine);
  const uncompletion = { claim, outcome };
  const settlement = await settleFailure(
    failWithin(failureOfProbe?.(failure, uncompletion, engine) ?? failure, claim.item, engine.clock.now()),
    uncompletion,
    engine,
  );
  await attemptFailed?.(failure, claim, engine);
  return settlement;
}

interface Uncompletion {
  readonly claim: Claim;
  readonly outcome: Uncompleted;
}

/** Rows `retryInPlace`, `parked`, `snoozed`, `putBack`, `probed`, `dead` and `cancelledAtEnd`. */
async function settleFailure(failure: Failure, { claim, outcome }: Uncompletion, engine: Engine): Promise<Settlement> {
  let step = fail(facts(claim, engine), failure);
  let settled = await write(claim, step, engine);
  if (settled.kind === 'tooLarge') {
    step = inPlace(step, engine);
    settled = await write(claim, step, engine);
  }
  if (isWritten(settled, step)) {
    logFailure(engine, { claim, failure, step, thrown: outcome.error });
    if (failure.kind !== 'snooze' && failure.kind !== 'putBack') engine.meter.count(METRICS.failed);
    if (failure.kind === 'retry') engine.meter.count(METRICS.retried);
    return { kind: 'settled', step };
  }
  return isCancelled(settled, claim) ? settleCancelled(claim, engine) : lostOr(settled, { claim, step }, engine);
}

const write = (claim: Claim, step: SettleStep, { store }: Engine): Promise<Settled> =>
  claim.unclaimed ? endUnclaimed({ claim, step }, store) : store.settle(step.write);

function failureOf(outcome: Uncompleted, { item }: Claim, engine: Engine): Failure {
  const options = { retry: engine.definition.retry, random: engine.random() };
  if (process.env.SLUICE_S3 !== 'off' && outcome.kind === 'failed' && outcome.isRefusal) {
    return { kind: 'dead', reason: 'InvalidPayload', error: toJobError(outcome.error) };
  }
  return outcome.kind === 'failed' ? decide(outcome.error, item, options) : decideInterrupted(outcome, item, options);
}

async function settleCancelled(claim: Claim, engine: Engine): Promise<Settlement> {
  const step = cancel(facts(claim, engine));
  if (!isWritten(await engine.store.settle(step.write), step)) return { kind: 'lost' };
  engine.log.info('job.cancelled', jobFields(claim, engine));
  return { kind: 'settled', step };
}

/**
 * The item would be too large with its message: the job waits in its queue instead (row `retryInPlace` or `snoozed`).
 */
function inPlace({ row, write }: SettleStep, { clock }: Engine): SettleStep {
  const { envelope: _, listKey: __, listAt: ___, ...set } = write.set;
  return {
    row: row === 'parked' ? 'retryInPlace' : row,
    write: { ...write, set },
    action: 'wait',
    untilMs: set.dueAt ?? clock.now(),
  };
}

/** A refused write has succeeded if its item has our owner and the wanted state: the first reply was lost. */
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

function facts({ item, message, progress }: Claim, { definition, clock }: Engine): SettleFacts {
  const { retention, queueRetention } = definition;
  return { item, message, progress, nowMs: clock.now(), retention, queueRetention };
}

/** Counts and logs that an attempt completed. */
function reportCompletion(claim: Claim, engine: Engine): void {
  const { log, meter, definition } = engine;
  const took = durationMs(claim, engine);
  meter.count(METRICS.completed);
  meter.milliseconds(METRICS.duration, took);
  if (definition.logs === 'all') log.info('job.completed', { ...jobFields(claim, engine), durationMs: took });
}
