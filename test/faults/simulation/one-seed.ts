import { NETWORK_FAULTS, type NetworkFault } from '../../../lib/testing/simulation/network-faults.ts';
import { runSchedule } from '../../../lib/testing/simulation/schedule.ts';
import { describeFailure, shrink } from '../../../lib/testing/simulation/shrink.ts';
import { underBreaker } from './breaker.ts';
import { expiring } from './expiring.ts';
import { makeFlowSubject } from './flows/subject.ts';
import { optimistic } from './optimistic.ts';
import { makeSubject } from './subject.ts';

interface SeedOptions {
  readonly shrinks: boolean;
  /** Schedules of chains and batches, of six job types, instead of single jobs of one. */
  readonly flows: boolean;
  /** Their jobs begin without a claim. */
  readonly optimistic: boolean;
  /** Single jobs of a type with a circuit breaker, whose third party is down now and then. */
  readonly breaker: boolean;
  /** Their jobs have times by which they expire. */
  readonly expiring?: boolean;
  /** The schedule is full of this fault. */
  readonly often: NetworkFault | undefined;
}

/** @param name as `--often` takes it @throws RangeError if there is no such fault */
export function networkFault(name: string | undefined): NetworkFault | undefined {
  const fault = NETWORK_FAULTS.find((one) => one === name);
  if (fault === undefined && name !== undefined)
    throw new RangeError(`--often is one of ${NETWORK_FAULTS.join(', ')}, got ${name}`);
  return fault;
}

/** Runs one schedule. @returns undefined if every promise held; else what broke, shrunk if asked for */
export async function simulateSeed(seed: number, { shrinks, often, ...of }: SeedOptions): Promise<string | undefined> {
  const single = of.breaker ? underBreaker(makeSubject) : makeSubject;
  const claimed = of.flows ? makeFlowSubject : single;
  const timed = of.expiring ? expiring(claimed) : claimed;
  const make = of.optimistic ? optimistic(timed) : timed;
  const { violations, taken } = await runSchedule(make, seed, { often });
  if (violations.length === 0) return undefined;
  if (!shrinks) return `seed ${seed}: ${violations.join('; ')}`;
  const options = `${of.flows ? ' --flows' : ''}${of.optimistic ? ' --optimistic' : ''}${of.breaker ? ' --breaker' : ''}${of.expiring ? ' --expiring' : ''}${often === undefined ? '' : ` --often ${often}`}`;
  const command = `npm run simulate -- --from ${seed} --seeds 1${options}`;
  return describeFailure(seed, await shrink(make, { seed, taken, often }), command);
}
