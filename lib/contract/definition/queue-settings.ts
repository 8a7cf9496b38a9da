/** The part of a job definition that the settings of its queue and function follow from. */
interface Timing {
  readonly timeoutSeconds: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly parallel: boolean;
  readonly queueRetention: number;
}

/** Longest life of a Lambda invocation (AWS Lambda quotas). */
export const FUNCTION_MAX_SECONDS = 900;
/** What a function is given beyond its jobs' time: its start, the writes that begin and settle, one flush. */
export const SETTLE_MARGIN_SECONDS = 15;
/** Visibility timeout as a multiple of the function's (Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
const VISIBILITY_FACTOR = 6;
/** The last net, for a consumer that cannot even start (lib/engine/README.md, "State machine"). */
const MAX_RECEIVE_COUNT = 100;
const SECONDS_PER_DAY = 24 * 3600;

/** Settings of a job type's queue and function. */
export interface QueueSettings {
  readonly functionTimeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  /** Receives before SQS moves a message to the DLQ by itself. */
  readonly maxReceiveCount: number;
}

/** Seconds that the jobs of one full batch may take together. */
export function jobsTimeSeconds({ parallel, batchSize, timeoutSeconds }: Timing): number {
  return parallel ? timeoutSeconds : timeoutSeconds * batchSize;
}

/**
 * Derives a queue's settings from its job definition, for the stack that deploys it and the consumer that lives by it.
 *
 * maxReceiveCount is 100, or less where that many visibility timeouts would pass 80 % of the queue's retention.
 */
export function queueSettings(definition: Timing): QueueSettings {
  const functionTimeoutSeconds = jobsTimeSeconds(definition) + SETTLE_MARGIN_SECONDS;
  const visibilityTimeoutSeconds = VISIBILITY_FACTOR * functionTimeoutSeconds + definition.batchWindowSeconds;
  const retentionSeconds = definition.queueRetention * SECONDS_PER_DAY;
  const fits = Math.floor((0.8 * retentionSeconds) / visibilityTimeoutSeconds);
  return {
    functionTimeoutSeconds,
    visibilityTimeoutSeconds,
    retentionSeconds,
    maxReceiveCount: Math.min(MAX_RECEIVE_COUNT, fits),
  };
}
