import { JobDefinitionError } from '../errors.ts';
import { checkedNumber, checkedObject, type NumberRule } from './option.ts';

/**
 * Pollers that Lambda keeps ready for a queue, paid by the hour whether jobs come or not (Lambda Developer Guide,
 * "Provisioned mode" of an SQS event source): a burst starts at once instead of over minutes.
 */
export interface ProvisionedPollers {
  /** 2 to 200. */
  readonly min: number;
  /** 2 to 2,000, not below `min`. */
  readonly max: number;
}

const RULES = {
  min: { min: 2, max: 200, default: 2, why: 'SQS event source limit' },
  max: { min: 2, max: 2000, default: 200, why: 'SQS event source limit' },
} as const satisfies Record<keyof ProvisionedPollers, NumberRule>;

/** Invocations that one poller keeps going (Lambda Developer Guide, "Provisioned mode"). */
const INVOCATIONS_A_POLLER = 10;

/** @throws JobDefinitionError for a value out of range, or `max` below `min` */
export function checkedPollers(value: unknown): ProvisionedPollers | undefined {
  if (value === undefined) return undefined;
  const given = checkedObject('provisionedPollers', value, ['min', 'max']);
  const min = checkedNumber('provisionedPollers.min', given.min, RULES.min);
  const max = checkedNumber('provisionedPollers.max', given.max, RULES.max);
  if (max < min) throw new JobDefinitionError(`provisionedPollers.max must not be below min (${min}), got ${max}`);
  return Object.freeze({ min, max });
}

/**
 * Invocations side by side: as the definition says, or as its pollers can keep going.
 *
 * @throws JobDefinitionError if both are given
 */
export function concurrencyOf(
  pollers: ProvisionedPollers | undefined,
  { given, checked }: { given: unknown; checked: number },
): number {
  if (pollers === undefined) return checked;
  if (given === undefined) return pollers.max * INVOCATIONS_A_POLLER;
  throw new JobDefinitionError(
    `maxConcurrency ${String(given)} does not go together with provisionedPollers (SQS event source limit): leave one out; ${pollers.max} pollers run at most ${pollers.max * INVOCATIONS_A_POLLER} invocations`,
  );
}
