import { JobCancelledError, LeaseLostError } from '../../contract/errors.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { progress } from '../../contract/protocol/settle.ts';
import { PROGRESS_INTERVAL_MS } from '../../contract/protocol/timing.ts';
import { readError } from '../../contract/thrown.ts';
import type { Claim, Engine } from '../engine.ts';
import { claimNow } from './unclaimed.ts';

/** Row `progressed`: writes the latest progress, at most one value a second, one write after another. */
export interface Progress {
  report(value: unknown): Promise<void>;
  /** Nothing is written any more. @returns the latest value, for the attempt's end to carry; undefined if there is none */
  close(): unknown;
}

/** @param abort called with the reason if the job was cancelled or is no longer this attempt's */
export function makeProgress(claim: Claim, engine: Engine, abort: (reason: Error) => void): Progress {
  const { clock, store, log } = engine;
  const { item } = claim;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  /** JSON has no undefined. */
  let latest: unknown;
  let isWriting = false;
  let cancelTimer: (() => void) | undefined;
  let closed = false;
  const write = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    const value = latest;
    lastAtMs = clock.now();
    isWriting = true;
    try {
      const refusal = claim.unclaimed ? await claimNow(claim, engine) : undefined;
      if (refusal !== undefined) return abort(refusal);
      const settled = await store.settle({ ...progress(item, value), absent: ['cancelRequested'] });
      if (settled.kind === 'refused') abort(refusalOf(settled.item, item));
    } finally {
      isWriting = false;
      if (latest !== value && !closed) writeLater();
    }
  };
  const writeLater = () => {
    const due = () =>
      void write().catch((error) => log.warn('job.progress-failed', { jobId: item.jobId, error: readError(error) }));
    cancelTimer ??= clock.after(Math.max(0, lastAtMs + PROGRESS_INTERVAL_MS - clock.now()), due);
  };
  return {
    async report(value) {
      if (closed) throw new LeaseLostError('the attempt has ended');
      latest = value;
      // A newer value must not overtake an older one on its way: the older one would stay.
      if (isWriting) return;
      if (clock.now() - lastAtMs >= PROGRESS_INTERVAL_MS) return write();
      writeLater();
    },
    close() {
      closed = true;
      cancelTimer?.();
      return latest;
    },
  };
}

function refusalOf(now: JobItem | undefined, { owner }: JobItem): Error {
  const isMine = now?.owner === owner && now?.status === 'INPROGRESS';
  return isMine ? new JobCancelledError('the job was cancelled') : new LeaseLostError('the job is no longer ours');
}
