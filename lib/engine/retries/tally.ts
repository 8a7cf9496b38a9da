import type { Logger } from '@aws-lambda-powertools/logger';

/** What a tick found of one queue of a job type. */
export interface TypeTally {
  /** Its queue does not exist. */
  isGone: boolean;
  /** SQS lets nothing be sent to its queue: this tick asks no more. */
  isRefused: boolean;
  /** Jobs that were put off, because the queue is gone. */
  putOff: number;
  /** Jobs that were sent, and were due before their entry on the list said so. */
  overdue: number;
  /** How long the oldest of these was due, ms. */
  overdueMs: number;
}

/** What a tick found, by job type. One type's faults are its own: they stop no other, and are no lateness of the dispatcher. */
export interface Tally {
  /** @param queueUrl of a queue that is not found by its name */
  of(type: string, queueUrl?: string): TypeTally;
  /** Writes a line for each type that has something to say. */
  log(logger: Logger, queueName: (type: string) => string): void;
}

export function makeTally(): Tally {
  const queues = new Map<string, TypeTally & { readonly type: string; readonly url: string | undefined }>();
  return {
    of(type, url) {
      const key = url ?? type;
      const none = { isGone: false, isRefused: false, putOff: 0, overdue: 0, overdueMs: 0 };
      const known = queues.get(key) ?? { type, url, ...none };
      queues.set(key, known);
      return known;
    },
    log(logger, queueName) {
      for (const { type: jobType, url, putOff, overdue, overdueMs } of queues.values()) {
        const queue = url?.split('/').at(-1) ?? queueName(jobType);
        if (putOff > 0) logger.warn('release.queue-missing', { jobType, queue, jobs: putOff });
        if (overdue > 0) logger.warn('release.overdue', { jobType, jobs: overdue, overdueMs });
      }
    },
  };
}
