import type { Logger } from '@aws-lambda-powertools/logger';

/** What a tick found of one job type. */
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
  of(type: string): TypeTally;
  /** Writes a line for each type that has something to say. */
  log(logger: Logger, queueName: (type: string) => string): void;
}

export function makeTally(): Tally {
  const types = new Map<string, TypeTally>();
  return {
    of(type) {
      const known = types.get(type) ?? { isGone: false, isRefused: false, putOff: 0, overdue: 0, overdueMs: 0 };
      types.set(type, known);
      return known;
    },
    log(logger, queueName) {
      for (const [jobType, { putOff, overdue, overdueMs }] of types) {
        if (putOff > 0) logger.warn('release.queue-missing', { jobType, queue: queueName(jobType), jobs: putOff });
        if (overdue > 0) logger.warn('release.overdue', { jobType, jobs: overdue, overdueMs });
      }
    },
  };
}
