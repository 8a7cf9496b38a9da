/** Time as the engine sees it: passed in, so that tests and the simulation own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after so many milliseconds, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export const sleep = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });

/** Exponential backoff with full jitter, in milliseconds (AWS Builders' Library, "Timeouts, retries and backoff with jitter"). */
export const backoffMs = (retry: number, random: () => number): number => random() * Math.min(50 * 2 ** retry, 2000);
