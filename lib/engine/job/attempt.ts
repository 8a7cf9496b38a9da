import { makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { WriteConditionError, WriteRefusedError } from '../../contract/errors.ts';
import { METRICS } from '../../contract/names.ts';
import { itemId } from '../../contract/protocol/job-item.ts';
import { annotationsOf } from '../annotations.ts';
import type { Claim } from '../claim.ts';
import { type Engine, type Invocation, leaseUntilMs } from '../engine.ts';
import { durationMs, jobFields } from '../logs.ts';
import { announceCompletion } from '../message/announce.ts';
import { bury } from '../message/dead-letter.ts';
import { type Fate, type Received, wait } from '../message/wait.ts';
import type { Begun } from '../table/job-store.ts';
import { AttemptLayer } from './idempotency.ts';
import { afterBegin } from './not-started.ts';
import { type Outcome, runHandler } from './run-handler.ts';
import { type Settlement, settleCompleted, settleFailed } from './settle.ts';

/** Begin refused, or the handler failed: what follows is known already, this only ends Powertools' part. */
class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
}

/** What bounds an attempt: `alone` if no other job runs beside it, which a stalled job must wait for. */
export interface AttemptScope {
  readonly engine: Engine;
  readonly invocation: Invocation;
  readonly alone: boolean;
}

/**
 * One attempt of one job, from its message to its end: begin, run, settle, and then what becomes of the message.
 *
 * @returns the message's fate, or `stalled`: nothing was done yet, the job wants to run alone
 * @throws WriteError, ReadError if the jobs table did not answer: the message must be kept
 */
export async function attempt(received: Received, scope: AttemptScope): Promise<Fate | 'stalled'> {
  const { engine, invocation } = scope;
  const { begun, claim, settlement } = await beginRunSettle(received, scope);
  if (claim === undefined) return afterBegin(begun, received, engine);
  if (settlement === undefined || settlement.kind === 'lost') {
    engine.log.warn('job.lease-lost', { ...jobFields(claim, engine), endsAtMs: invocation.endsAtMs });
    return 'keep';
  }
  const { step } = settlement;
  if (step.action === 'wait') return wait(received, step.untilMs, engine);
  if (step.action === 'deadLetter') return bury({ ...claim.item, ...step.write.set }, received.message, engine);
  if (step.write.set.status !== 'COMPLETED') return 'ack';
  const done = await announceCompletion({ ...claim.item, ...step.write.set }, received.message, engine);
  return done ? 'ack' : 'keep';
}

interface Life {
  begun: Begun | undefined;
  claim: Claim | undefined;
  outcome: Outcome | undefined;
  settlement: Settlement | undefined;
}

/** The part that Powertools runs: its persistence layer is told of three moments, and each is a row of the protocol. */
async function beginRunSettle({ message }: Received, { engine, invocation, alone }: AttemptScope) {
  const { type, retention, queueRetention } = engine.definition;
  const life: Life = { begun: undefined, claim: undefined, outcome: undefined, settlement: undefined };
  const layer = new AttemptLayer(itemId(type, message.key), {
    async begin() {
      const nowMs = engine.clock.now();
      const lease = { owner: engine.nonce(), leaseUntilMs: leaseUntilMs(invocation) };
      life.begun = await engine.store.begin(message, { type, nowMs, ...lease, retention, queueRetention }, alone);
      const { step, item } = life.begun;
      if (step.action !== 'run' || (step.alone && !alone) || item === undefined) throw new AttemptEnded();
      life.claim = { item, message };
      noteStart(life.claim, life.begun, engine);
    },
    async completed() {
      life.settlement = await settleReturned(life, engine);
    },
    async failed() {
      const { claim, outcome } = life;
      if (claim !== undefined && outcome?.kind === 'failed') {
        life.settlement = await settleFailed(claim, outcome.error, engine);
      }
    },
  });
  const perform = async (_id: string) => {
    if (life.claim === undefined) throw new TypeError('Powertools ran the handler before begin');
    life.outcome = await runTraced(life.claim, engine, invocation);
    if (life.outcome.kind === 'failed') throw new AttemptEnded();
  };
  try {
    await makeIdempotent(perform, { persistenceStore: layer, config: invocation.idempotency })(message.key);
  } catch (error) {
    // Powertools wraps what begin throws: only our own marker, or its cause, means that all is as it should be.
    const own = error instanceof AttemptEnded || (error instanceof Error && error.cause instanceof AttemptEnded);
    if (!own) throw error;
  }
  if (life.begun === undefined) throw new TypeError('Powertools never began the attempt');
  return { ...life, begun: life.begun };
}

/** Runs the handler, as a part of the trace where the job type is traced. */
async function runTraced(claim: Claim, engine: Engine, invocation: Invocation): Promise<Outcome> {
  const run = () => runHandler(claim, engine, invocation);
  const traced = await engine.tracing;
  return traced === undefined ? run() : traced({ annotations: annotationsOf(claim, engine), failureOf }, run);
}

const failureOf = (outcome: Outcome): Error | undefined =>
  outcome.kind === 'failed' && outcome.error instanceof Error ? outcome.error : undefined;

async function settleReturned({ claim, outcome }: Life, engine: Engine): Promise<Settlement | undefined> {
  if (claim === undefined || outcome?.kind !== 'completed') return undefined;
  try {
    const settlement = await settleCompleted(claim, outcome, engine);
    if (settlement.kind === 'settled') noteCompletion(claim, engine);
    return settlement;
  } catch (error) {
    if (!(error instanceof WriteConditionError || error instanceof WriteRefusedError)) throw error;
    return settleFailed(claim, error, engine);
  }
}

function noteStart(claim: Claim, { step, before }: Begun, engine: Engine): void {
  const { log, meter, clock, definition } = engine;
  const { message } = claim;
  const readyAtMs = step.row === 'due' ? before?.dueAt : Math.max(message.sentAtMs, message.runAtMs ?? 0);
  if (step.row === 'stalled') {
    meter.count(METRICS.stalled);
    log.warn('job.stalled', jobFields(claim, engine));
  } else if (readyAtMs !== undefined && before?.owner === undefined) {
    meter.milliseconds(METRICS.queueLatency, clock.now() - readyAtMs);
  }
  if (definition.logs === 'all') log.info('job.started', jobFields(claim, engine));
}

function noteCompletion(claim: Claim, engine: Engine): void {
  const { log, meter, definition } = engine;
  const took = durationMs(claim, engine);
  meter.count(METRICS.completed);
  meter.milliseconds(METRICS.duration, took);
  if (definition.logs === 'all') log.info('job.completed', { ...jobFields(claim, engine), durationMs: took });
}
