import { JobTimeoutError, ShutdownError } from '../../contract/errors.ts';
import { SETTLE_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import type { Engine, Invocation } from '../engine.ts';
import { makeUnderWay, type UnderWay } from '../under-way.ts';

/** When an attempt ends at the latest, and the signal that its handler gets then. */
export interface Deadline {
  readonly atMs: number;
  readonly signal: AbortSignal;
  /** Rejects with the reason once the signal is aborted. */
  readonly aborted: Promise<never>;
  abort(reason: unknown): void;
  /** Ends the timer: the attempt is over. */
  close(): void;
}

/** What each shutdown ends. */
const endedBy = new WeakMap<AbortSignal, UnderWay<() => void>>();

function underWay(shutdown: AbortSignal): UnderWay<() => void> {
  const known = endedBy.get(shutdown);
  if (known !== undefined) return known;
  const attempts = makeUnderWay<() => void>();
  shutdown.addEventListener(
    'abort',
    () => {
      for (const end of attempts) end();
    },
    { once: true },
  );
  endedBy.set(shutdown, attempts);
  return attempts;
}

/** The deadline is the job's own timeout or a second before the function's end. A shutdown aborts at once. */
export function makeDeadline({ definition, clock, shutdown }: Engine, { endsAtMs }: Invocation): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const ownEndMs = clock.now() + definition.timeoutSeconds * 1000;
  const atMs = Math.min(ownEndMs, endsAtMs - SETTLE_BEFORE_END_MS);
  const timedOut = () => {
    const which = atMs === ownEndMs ? `timeoutSeconds ${definition.timeoutSeconds}` : 'its function’s end';
    controller.abort(new JobTimeoutError(`the attempt ran past ${which}`));
  };
  const shutDown = () => controller.abort(shuttingDown());
  const runningUntil = underWay(shutdown);
  const cancelTimer = clock.after(Math.max(0, atMs - clock.now()), timedOut);
  runningUntil.add(shutDown);
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  const close = () => {
    cancelTimer();
    runningUntil.delete(shutDown);
  };
  return { atMs, signal, aborted, abort: (reason) => controller.abort(reason), close };
}

export const shuttingDown = () => new ShutdownError('the process is shutting down');
