import { JobResultError, ShutdownError } from '../../contract/errors.ts';
import type { PayloadRef } from '../../contract/payload-ref.ts';
import type { Interruption } from '../../contract/protocol/decide.ts';
import { MAX_RESULT_BYTES } from '../../contract/protocol/job-item.ts';
import type { Staged } from '../../contract/protocol/settle.ts';
import { messageOf } from '../../contract/thrown.ts';
import type { Claim, Engine, Invocation } from '../engine.ts';
import type { TransactWrite } from '../job-context.ts';
import { noPayloads } from '../payloads.ts';
import { type RunningJob, runAs } from '../running.ts';
import { makeContext } from './context.ts';
import { type Deadline, makeDeadline, shuttingDown } from './deadline.ts';
import { asJson } from './json.ts';

/** How a handler ended. */
export type Outcome =
  | Completed
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** The handler was not called: the schema refuses the payload that was fetched. */
      readonly isRefusal?: true;
    }
  /** Its process shuts down. */
  | ({ readonly kind: 'interrupted' } & Interruption);

interface Completed {
  readonly kind: 'completed';
  readonly result: unknown;
  readonly writes: readonly TransactWrite[];
  /** The jobs that are to be sent with the completion. */
  readonly jobs: Staged | undefined;
}

/** An attempt that has begun. */
export interface Started {
  readonly claim: Claim;
  readonly job: RunningJob;
}

/**
 * Runs the user's handler to its end, its deadline or SIGTERM, whichever comes first. Never throws. A handler that ignores
 * its signal and ends later can no longer change anything; its late rejection is ignored. After SIGTERM none is called.
 */
export async function runHandler({ claim, job }: Started, engine: Engine, invocation: Invocation): Promise<Outcome> {
  if (engine.shutdown.aborted) return interrupted();
  // Only a batch's callback has places, and reads what became of them.
  const flow = claim.item.total === undefined ? undefined : await engine.flow?.readFlow(claim, engine);
  if (flow !== undefined && 'error' in flow) return { kind: 'failed', error: flow.error };
  const deadline = makeDeadline(engine, invocation);
  const { payloadRef } = claim.message;
  // Where it is `off`, such a message is refused before, and esbuild leaves this out.
  if (process.env.SLUICE_S3 !== 'off' && payloadRef !== undefined) {
    const ended = await fetchPayload(payloadRef, { claim, engine, deadline });
    if (ended !== undefined) return ended;
  }
  // It may have come while these were read.
  if (engine.shutdown.aborted) {
    deadline.close();
    return interrupted();
  }
  const { context, staged, staging, close } = makeContext({ claim, flow }, engine, deadline);
  job.handler = { claim, fail: deadline.abort };
  const perform = () => engine.perform(claim.message.payload, context);
  const running = new Promise((resolve) => resolve(runAs(job, perform)));
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  running.then(end, end);
  try {
    const returned = await Promise.race([running, deadline.aborted]);
    const result = checkedResult(returned);
    const packed = staging?.isEmpty() === false ? staging.finish(result) : undefined;
    return {
      kind: 'completed',
      result,
      writes: staged,
      jobs: packed && (await Promise.race([packed, deadline.aborted])),
    };
  } catch (error) {
    if (error !== deadline.signal.reason || !(error instanceof ShutdownError)) return { kind: 'failed', error };
    // A handler that heeds its signal ends in this turn of the event loop.
    await new Promise(setImmediate);
    return { kind: 'interrupted', error, hasEnded };
  } finally {
    job.handler = undefined;
    deadline.close();
    claim.progress = close();
    if (job.isToBlame) await never();
  }
}

const interrupted = (): Outcome => ({ kind: 'interrupted', error: shuttingDown(), hasEnded: true });

interface Fetch {
  readonly claim: Claim;
  readonly engine: Engine;
  readonly deadline: Deadline;
}

/** Fetches the payload of a job that has begun. @returns how the attempt ended, if it cannot run */
async function fetchPayload(ref: PayloadRef, { claim, engine, deadline }: Fetch): Promise<Outcome | undefined> {
  try {
    const payloads = await engine.payloads;
    if (payloads === undefined) throw noPayloads();
    const { payload, refusal } = await Promise.race([payloads.read(ref, deadline.signal), deadline.aborted]);
    claim.message = { ...claim.message, payload };
    if (refusal === undefined) return undefined;
    deadline.close();
    return { kind: 'failed', error: refusal, isRefusal: true };
  } catch (error) {
    deadline.close();
    return error instanceof ShutdownError ? { kind: 'interrupted', error, hasEnded: true } : { kind: 'failed', error };
  }
}

function checkedResult(returned: unknown): unknown {
  try {
    return asJson('result', returned, MAX_RESULT_BYTES);
  } catch (cause) {
    throw new JobResultError(messageOf(cause), { cause });
  }
}

/** Its process ends: the attempt is not settled. */
const never = (): Promise<never> => new Promise(() => undefined);
