import type { Call, Command } from '../../../../lib/testing/aws/faults.ts';
import type { Moment } from '../../../../lib/testing/aws/lambda/process.ts';
import type { NetworkFault } from '../../../../lib/testing/simulation/network-faults.ts';

export const PLANNED_FAULTS = ['throttled', 'lostReply', 'repeated', 'straggles', 'crashBefore', 'crashAfter'] as const;
export type PlannedFault = (typeof PLANNED_FAULTS)[number];

/** What goes wrong, by the number of the call over all processes, from 1. */
export type Faults = ReadonlyMap<number, PlannedFault>;

export interface Plan {
  readonly calls: number;
  /** Moments at which a process could die. */
  readonly moments: number;
  plan(call: Call): NetworkFault | undefined;
  dies(moment: Moment): boolean;
}

/** @param deathAt the moment at which whatever process it is dies, from 1; 0: none */
export function makePlan({ faults = new Map(), deathAt = 0 }: { faults?: Faults; deathAt?: number }): Plan {
  const numbers = new WeakMap<object, number>();
  const faultOf = (input: unknown) => faults.get(numbers.get(input as object) ?? 0);
  const plan = { calls: 0, moments: 0 };
  return Object.assign(plan, {
    plan({ input }: Call) {
      const fault = faultOf(input);
      return fault === 'crashBefore' || fault === 'crashAfter' ? undefined : fault;
    },
    dies(moment: Moment) {
      plan.moments += 1;
      if (moment.at === 'timer') return plan.moments === deathAt;
      const { input }: Command = moment.command;
      if (moment.at === 'before') numbers.set(input as object, ++plan.calls);
      const crash = moment.at === 'before' ? 'crashBefore' : 'crashAfter';
      return plan.moments === deathAt || faultOf(input) === crash;
    },
  });
}
