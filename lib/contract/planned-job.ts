import type { JobDefinition } from './definition/job-definition.ts';
import type { PayloadInput } from './payload.ts';

/** How a planned job is sent; all of it is optional. */
export interface PlannedOptions {
  /** Attempts in all, 1 to 100. @default the definition's */
  readonly maxAttempts?: number | undefined;
  /** When the first attempt starts; text is ISO 8601 with a zone. Not with `delaySeconds`. @default now */
  readonly runAt?: Date | string | undefined;
  /** Seconds until the first attempt, 0 to 31,622,400 (a year). Not with `runAt`. @default 0 */
  readonly delaySeconds?: number | undefined;
  /** A job that has not begun by then ends EXPIRED; text is ISO 8601 with a zone. Not of a later step, nor a callback. @default never */
  readonly startBefore?: Date | string | undefined;
  /** No attempt starts from then on: the job ends EXPIRED. As `startBefore`. @default never */
  readonly endBefore?: Date | string | undefined;
  /** Whose job it is, 1 to 128 printable ASCII characters. @default the parent's */
  readonly tenant?: string | undefined;
}

/** A job that is to be sent as a part of a flow: a step of a chain, a child of a batch, a callback. */
export interface PlannedJob<D extends JobDefinition = JobDefinition> {
  readonly definition: D;
  readonly payload: PayloadInput<D>;
  readonly options: PlannedOptions;
}

/**
 * Describes a job of a flow. Nothing is sent, and nothing checked: the chain or batch that takes it says what is wrong, and of
 * which job.
 *
 * @example await chain([job(processOrder, { orderId }), job(ship, { orderId })], { id: `order-${orderId}` });
 */
export const job = <D extends JobDefinition>(
  definition: D,
  payload: PayloadInput<D>,
  options: PlannedOptions = {},
): PlannedJob<D> => ({ definition, payload, options });
