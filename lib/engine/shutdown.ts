import { makeUnderWay } from './under-way.ts';

/** Lets a process finish its work before it exits. */
export interface Shutdown {
  /** Aborted at SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts the signal. */
  abort(): void;
  /** Adds work that must end before the process exits. */
  track<T>(work: Promise<T>): Promise<T>;
}

/**
 * At SIGTERM, aborts the signal, and exits once all tracked work has ended. On AWS the signal arrives only where an
 * extension is deployed (Lambda Developer Guide, "Lambda execution environment", shutdown phase). Between two
 * invocations Lambda's runtime client delays the exit until the platform ends the process. No work is running then, so
 * none is lost.
 */
export function onShutdown(): Shutdown {
  const controller = new AbortController();
  const running = makeUnderWay<Promise<unknown>>();
  process.once('SIGTERM', () => {
    controller.abort();
    void Promise.allSettled(running).then(() => process.exit(0));
  });
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    track(work) {
      running.add(work);
      const done = () => void running.delete(work);
      work.then(done, done);
      return work;
    },
  };
}
