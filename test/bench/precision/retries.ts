import { RetryAfterError } from '../../../lib/contract/errors.ts';
import { makeVirtualClock } from '../../../lib/testing/index.ts';
import { makeFleet } from '../fleet.ts';
import { bench } from '../job/definition.ts';

export interface RetriesOptions {
  readonly count: number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Seconds after which a job's first attempt asks to be tried again. */
  readonly delaySecondsOf: () => number;
  /** Virtual time of it all. */
  readonly seconds: number;
}

/** Jobs that fail once. @returns how late each retry started, ms */
export async function lateOfRetries({ count, random, delaySecondsOf, seconds }: RetriesOptions): Promise<number[]> {
  const clock = makeVirtualClock();
  const lateMs: number[] = [];
  const dueAtMs = new Map<string, number>();
  const fleet = makeFleet({
    ...{ definition: bench, clock, random },
    perform(_, { job }) {
      const due = dueAtMs.get(job.id);
      if (due === undefined) {
        const delaySeconds = delaySecondsOf();
        dueAtMs.set(job.id, clock.now() + Math.round(delaySeconds * 1000));
        throw new RetryAfterError(delaySeconds);
      }
      lateMs.push(clock.now() - due);
    },
  });
  for (let i = 0; i < count; i++) fleet.send(`job-${i}`);
  await fleet.run(seconds);
  return lateMs;
}
