import { METRICS } from '../../contract/names.ts';
import { crashOf } from '../../contract/protocol/crash.ts';
import type { Message } from '../../contract/protocol/message.ts';
import type { SettleStep } from '../../contract/protocol/settle.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { isError, readError } from '../../contract/thrown.ts';
import { type Claim, type Engine, type Invocation, leaseUntilMs } from '../engine.ts';
import { annotationsOf, jobFields, messageFields, sentIn } from '../logs.ts';
import { deadLetter } from '../message/dead-letter.ts';
import { type MessageOutcome, type Received, wait } from '../message/wait.ts';
import { type RunningJob, startJob } from '../running.ts';
import type { Begun } from '../table/job-store.ts';
import { ended } from './ended.ts';
import { runOnce } from './idempotency.ts';
import { notStarted, type Stalled } from './not-started.ts';
import { type Outcome, runHandler, type Started } from './run-handler.ts';
import { settle } from './settle.ts';
import { followOther, mayHaveStalled } from './unclaimed.ts';

/** What bounds an attempt. */
export interface AttemptScope {
  readonly engine: Engine;
  readonly invocation: Invocation;
  /** No other job runs beside it. A stalled job begins only then. */
  readonly alone: boolean;
}

/**
 * One attempt of one job, from its message to its end: begin, run, settle, and then what becomes of the message.
 *
 * @returns what becomes of the message, or that the job is stalled: nothing was done yet, it must run alone
 * @throws WriteError, ReadError if the jobs table did not answer: the message must be kept
 */
export async function attempt(received: Received, scope: AttemptScope): Promise<MessageOutcome | Stalled> {
  const { engine, invocation } = scope;
  const { message } = received;
  let job: RunningJob | undefined;
  const steps = {
    begin: () => begin(message, scope),
    run: (claim: Claim) => {
      job = startJob(jobFields(claim, engine), message.hops);
      engine.running.add(job);
      return run({ claim, job }, engine, invocation);
    },
    settle: (claim: Claim, outcome: Outcome) => settle(claim, outcome, engine),
  };
  try {
    const once = await runOnce(steps);
    if (once.kind === 'notStarted') return await notStarted(once.begun, received, engine);
    const { claim, settlement } = once;
    if (settlement.kind === 'settled') return await settled(received, { claim, step: settlement.step }, engine);
    if (settlement.kind === 'outrun') return await followOther(settlement, received, engine);
    engine.log.warn('job.lease-lost', { ...jobFields(claim, engine), endsAtMs: invocation.endsAtMs });
    return 'keep';
  } finally {
    if (job !== undefined) endJob(job, engine);
  }
}

function endJob(job: RunningJob, { running }: Engine): void {
  running.delete(job);
  job.ended.resolve();
}

/** Begins the job: with a claim, the handler runs next. */
async function begin(message: Message, { engine, invocation, alone }: AttemptScope) {
  const { type, retention, queueRetention, startWithinSeconds, expired } = engine.definition;
  const nowMs = engine.clock.now();
  const lease = { owner: engine.nonce(), leaseUntilMs: leaseUntilMs(invocation) };
  const facts = { type, nowMs, ...lease, retention, queueRetention, startWithinSeconds, expired };
  const begun = await engine.store.begin(message, facts, alone);
  const { step, item } = begun;
  if (engine.definition.retired) reportNew(begun, engine);
  if (step.action !== 'run' || (step.alone && !alone) || item === undefined) return { begun, claim: undefined };
  const { probe } = step;
  const unclaimed = step.row === 'unclaimed';
  const claim: Claim = { item, message: begun.message, unclaimed, ...(probe !== undefined && { probe }) };
  reportStart(claim, begun, engine);
  return { begun, claim };
}

/** Runs the handler, as a part of the trace if the job type is traced. */
async function run(begun: Started, engine: Engine, invocation: Invocation): Promise<Outcome> {
  const handle = () => runHandler(begun, engine, invocation);
  const tracing = await engine.tracing;
  if (tracing === undefined) return handle();
  const { claim } = begun;
  const annotations = annotationsOf(claim, engine);
  return tracing.traced({ annotations, sentIn: sentIn(claim.message), failureOf }, handle);
}

const failureOf = (outcome: Outcome): Error | undefined =>
  outcome.kind === 'failed' && isError(outcome.error) ? readError(outcome.error) : undefined;

/** What becomes of the message of a job that was settled. */
async function settled(
  received: Received,
  { claim, step }: { readonly claim: Claim; readonly step: SettleStep },
  engine: Engine,
): Promise<MessageOutcome> {
  if (step.action === 'wait') return wait(received, step.untilMs, engine);
  const item = { ...claim.item, ...step.write.set };
  if (step.action === 'deadLetter') return deadLetter(item, received.message, engine);
  return ended(item, received.message, engine);
}

/** A retired type's producers refuse, so somebody else still sends, or sent this before: what came is run all the same. */
function reportNew({ message, item, before }: Begun, engine: Engine): void {
  if (item === undefined || before !== undefined) return;
  engine.log.warn('job.of-retired-type', { ...messageFields(message, engine), sentAt: iso(message.sentAtMs) });
}

/** Counts and logs that an attempt starts. */
function reportStart(claim: Claim, { step, before }: Begun, engine: Engine): void {
  const { log, meter, clock, definition } = engine;
  const { message } = claim;
  const readyAtMs = step.row === 'due' ? before?.dueAt : Math.max(message.sentAtMs, message.runAtMs ?? 0);
  if (step.row === 'stalled' || (step.row === 'unseen' && mayHaveStalled(message, engine))) {
    meter.count(METRICS.stalled);
    const crash = before && crashOf(before);
    const error = crash && { errorName: crash.name, errorMessage: crash.message };
    log.warn('job.stalled', { ...jobFields(claim, engine), ...error });
  } else if (readyAtMs !== undefined && before?.owner === undefined) {
    meter.milliseconds(METRICS.queueLatency, clock.now() - readyAtMs);
  }
  if (definition.logs === 'all') log.info('job.started', jobFields(claim, engine));
}
