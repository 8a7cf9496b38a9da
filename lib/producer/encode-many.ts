import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { InvalidMessageError } from '../contract/errors.ts';
import { encodeJob } from './encode.ts';
import type { EnqueueOptions } from './options.ts';
import type { JobResult, PlacedJob } from './send-many.ts';

const MAX_CALLS_AT_ONCE = 50;
export const CALLS_AT_ONCE = 10;

/** Jobs of one type, as their producer gave them. */
export interface GivenJobs {
  readonly definition: JobDefinition;
  readonly payloads: readonly unknown[];
  readonly optionsOf: (payload: unknown, index: number) => EnqueueOptions;
  readonly storesLarge: boolean;
  readonly done: (place: number, result: JobResult) => void;
}

/** Writes jobs as they are asked for, so that many of them need not be in memory; one that is refused is done. */
export function* encodeMany({ definition, payloads, optionsOf, storesLarge, done }: GivenJobs): Generator<PlacedJob> {
  for (const [place, payload] of payloads.entries()) {
    let options: EnqueueOptions = {};
    try {
      options = optionsOf(payload, place);
      yield { place, job: encodeJob(definition, { payload, options, storesLarge }, Date.now()) };
    } catch (error) {
      done(place, { status: 'refused', jobId: options.id, error: asError(error) });
    }
  }
}

/** What a schema's or a caller's own code threw may be anything. */
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** @throws InvalidMessageError if what is said of all jobs names one, or `callsAtOnce` is out of range */
export function checkCommon(callsAtOnce: number, common: EnqueueOptions): void {
  const ofOne = (['id', 'key'] as const).find((name) => common[name] !== undefined);
  if (ofOne !== undefined) {
    throw new InvalidMessageError(
      `"${ofOne}" names one job, not all of them: use each: (payload) => ({ ${ofOne}: … })`,
    );
  }
  if (Number.isInteger(callsAtOnce) && callsAtOnce >= 1 && callsAtOnce <= MAX_CALLS_AT_ONCE) return;
  throw new InvalidMessageError(`"callsAtOnce" must be a whole number, 1 to ${MAX_CALLS_AT_ONCE}, got ${callsAtOnce}`);
}
