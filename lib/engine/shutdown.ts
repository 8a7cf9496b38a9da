/** Ends a process without cutting off what it is doing. */
export interface Shutdown {
  /** Aborted at SIGTERM. */
  readonly signal: AbortSignal;
  /** Names work that must end before the process does. */
  track<T>(work: Promise<T>): Promise<T>;
}

/**
 * At SIGTERM, aborts and exits once what is tracked has ended. On AWS the signal arrives only where an extension is
 * deployed (Lambda Developer Guide, "Lambda execution environment", shutdown phase). Between two invocations Lambda's
 * runtime client holds the exit up until the platform ends the process; nothing runs then that could be lost.
 */
export function onShutdown(): Shutdown {
  const controller = new AbortController();
  const running = new Set<Promise<unknown>>();
  process.once('SIGTERM', () => {
    controller.abort();
    void Promise.allSettled(running).then(() => process.exit(0));
  });
  return {
    signal: controller.signal,
    track(work) {
      running.add(work);
      const done = () => void running.delete(work);
      work.then(done, done);
      return work;
    },
  };
}
