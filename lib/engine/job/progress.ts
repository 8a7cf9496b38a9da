import { JobCancelledError, LeaseLostError } from '../../contract/errors.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { progress } from '../../contract/protocol/settle.ts';
import { PROGRESS_INTERVAL_MS } from '../../contract/protocol/timing.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';

/** Row `progressed`: writes the latest progress, at most one value a second. */
export interface Progress {
  report(value: unknown): Promise<void>;
  /** Nothing is written any more. */
  close(): void;
}

/** @param abort called with the reason if the job was cancelled or is no longer this attempt's */
export function makeProgress(item: JobItem, engine: Engine, abort: (reason: Error) => void): Progress {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let later: { value: unknown } | undefined;
  let cancelTimer: (() => void) | undefined;
  let closed = false;
  const write = async (value: unknown): Promise<void> => {
    lastAtMs = engine.clock.now();
    const settled = await engine.store.settle({ ...progress(item, value), absent: ['cancelRequested'] });
    if (settled.kind !== 'refused') return;
    const isMine = settled.item?.owner === item.owner && settled.item?.status === 'INPROGRESS';
    abort(isMine ? new JobCancelledError('the job was cancelled') : new LeaseLostError('the job is no longer ours'));
  };
  const writeLater = () => {
    cancelTimer = undefined;
    if (closed || later === undefined) return;
    const { value } = later;
    later = undefined;
    write(value).catch((error) =>
      engine.log.warn('job.progress-failed', { jobId: item.jobId, error: readError(error) }),
    );
  };
  return {
    async report(value) {
      if (closed) throw new LeaseLostError('the attempt has ended');
      const waitMs = lastAtMs + PROGRESS_INTERVAL_MS - engine.clock.now();
      if (waitMs <= 0) return write(value);
      later = { value };
      cancelTimer ??= engine.clock.after(waitMs, writeLater);
    },
    close() {
      closed = true;
      cancelTimer?.();
    },
  };
}
