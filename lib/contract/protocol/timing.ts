/** The times of the protocol that no definition sets, and the text form of a moment. */

/** How far the clocks of two machines may be apart. Promises about time hold to within this much. */
export const CLOCK_SKEW_MS = 500;
/** A job may begin this much before it is due: what the clocks may differ by. */
export const EARLY_MS = 500;

/**
 * A job whose turn by a rate limit is far ahead asks again after this time, or after this part of its wait if that is longer:
 * so a changed limit holds for jobs that are parked already.
 */
export const ASK_AGAIN = { afterMs: 600_000, orPart: 1 / 16 } as const;

/** The dispatcher runs this often: EventBridge rules cannot time less than a minute. */
export const TICK_MS = 60_000;
/** The longest wait in place, hidden in the queue. A longer one is parked in the table, until a tick releases it. */
export const IN_PLACE_MS = 60_000;
/** A tick releases what falls due within this time: before the next tick, and some, for ticks may come late. */
export const LOOK_AHEAD_MS = 90_000;
/** A released job whose message vanishes is sent again after this time, from the list it stays on. */
export const WATCHDOG_MS = 24 * 3600 * 1000;
/** A parked job whose queue does not exist is looked at again after this time: its type may be deployed again. */
export const QUEUE_GONE_MS = 3600 * 1000;

/** Unfinished jobs are settled this long before the function's end. */
export const SETTLE_BEFORE_END_MS = 1000;
/** A batch is reported this long before the function's end, whatever calls are still under way: they are given up. */
export const REPORT_BEFORE_END_MS = 200;
/** A lease outlives its invocation by this much: what the clocks of two machines may differ by, and some. */
export const LEASE_BEYOND_END_MS = 2000;
/** The message of a job whose lease lives comes back this long after the lease's end. */
export const RECHECK_AFTER_LEASE_MS = 1000;
/** A body whose name is still another's comes back after this, ms; the other's dead letter is mostly sent within one. */
export const RECHECK_PENDING_MS = 5000;
/** The message of a job that a newer version wrote comes back after this: a consumer of that version may be there by then. */
export const RECHECK_NEWER_MS = 60_000;
/** So long a body waits for its name, ms: Lambda's longest timeout, after which the message of the other has come again. */
export const PENDING_DEATH_MS = 900_000;

/**
 * A job that is put back at SIGTERM while its handler still runs is due after this time: Lambda kills the process within
 * two seconds (Lambda Developer Guide, "Lambda execution environment", shutdown phase).
 */
export const PUT_BACK_MS = 3000;

/** A process that an exception ends tries for so long to leave word of its jobs. */
export const LAST_WRITES_MS = 500;

/** The shortest time between two writes of `progress` by one attempt. */
export const PROGRESS_INTERVAL_MS = 1000;

/** ISO 8601 in UTC, with milliseconds. The jobs of a batch share most of their times: the last one is kept as it was written. */
export function iso(epochMs: number): string {
  if (epochMs !== written.ms) written = { ms: epochMs, text: new Date(epochMs).toISOString() };
  return written.text;
}

let written = { ms: 0, text: new Date(0).toISOString() };
