import { toJobError } from '../../contract/errors.ts';
import { METRICS } from '../../contract/names.ts';
import { written } from '../../contract/protocol/item-write.ts';
import { crashNoted } from '../../contract/protocol/settle.ts';
import { LAST_WRITES_MS } from '../../contract/protocol/timing.ts';
import { sleep } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { thrownFields } from '../logs.ts';
import { currentJob, type RunningJob } from '../running.ts';

/**
 * A promise was rejected and nobody handles it. Node would end the process, and with it every job that runs beside. Here
 * it fails the attempt that left it behind, if that still runs, and no other.
 */
export function onRejection(reason: unknown, engine: Engine): void {
  const job = currentJob();
  // An abort without a reason would be an AbortError.
  job?.handler?.fail(reason ?? new Error(`a promise was rejected with ${String(reason)}, and nothing handled it`));
  engine.meter.count(METRICS.unhandledRejection);
  engine.log.error('job.unhandled-rejection', lineFields(job, reason, engine));
}

/**
 * Nothing caught an exception: the process must end. Tries for half a second to put the other jobs back without an
 * attempt, and to note the exception on the item of the job to blame. That job stalls, as after any crash. If it is not
 * known which of several jobs is to blame, all of them stall: none may be put back for ever.
 *
 * @param shutDown aborts the engine's shutdown signal
 * @returns once the process may exit; never rejects
 */
export async function onException(error: unknown, engine: Engine, shutDown: () => void): Promise<void> {
  const culprit = currentJob() ?? onlyOne(engine.running);
  engine.log.error('job.uncaught-exception', lineFields(culprit, error, engine));
  if (culprit !== undefined) {
    const noted = note(culprit, error, engine);
    shutDown();
    const others = [...engine.running].filter(({ isToBlame }) => !isToBlame).map(({ ended }) => ended.promise);
    await Promise.race([Promise.all([noted, ...others]), sleep(engine.clock, LAST_WRITES_MS)]);
  }
  engine.meter.flush();
}

/** The one job whose handler runs. */
function onlyOne(running: Iterable<RunningJob>): RunningJob | undefined {
  const [one, ...others] = [...running].filter(({ handler }) => handler !== undefined);
  return others.length === 0 ? one : undefined;
}

/** Row `crashNoted`, or `claimedLate` of an unclaimed attempt, if the handler has not ended. */
async function note(job: RunningJob, error: unknown, { store }: Engine): Promise<void> {
  const { handler } = job;
  if (handler === undefined) return;
  job.isToBlame = true;
  // Without the note the job stalls all the same.
  const { item, unclaimed } = handler.claim;
  const noted = crashNoted(item, toJobError(error));
  await (unclaimed ? store.insert(written(noted, item)) : store.settle(noted)).catch(() => undefined);
}

const lineFields = (job: RunningJob | undefined, thrown: unknown, { definition }: Engine) => ({
  jobType: definition.type,
  ...job?.fields,
  ...thrownFields(thrown),
});
