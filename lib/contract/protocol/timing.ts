/** Unfinished jobs are settled this long before the function's end. */
export const SETTLE_BEFORE_END_MS = 1000;
/** A lease outlives its invocation by this much: what the clocks of two machines may differ by, and some. */
export const LEASE_BEYOND_END_MS = 2000;
