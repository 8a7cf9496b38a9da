import { runSchedule } from '../../../lib/testing/simulation/schedule.ts';
import { describeFailure, shrink } from '../../../lib/testing/simulation/shrink.ts';
import { makeSubject } from './subject.ts';

/** Runs one schedule. @returns undefined if every promise held; else what broke, shrunk if asked for */
export async function simulateSeed(seed: number, { shrinks }: { shrinks: boolean }): Promise<string | undefined> {
  const { violations, taken } = await runSchedule(makeSubject, seed);
  if (violations.length === 0) return undefined;
  if (!shrinks) return `seed ${seed}: ${violations.join('; ')}`;
  const command = `npm run simulate -- --from ${seed} --seeds 1`;
  return describeFailure(seed, await shrink(makeSubject, seed, taken), command);
}
