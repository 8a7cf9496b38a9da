import { expect, it } from 'vitest';
import { inDepth } from '../../../support/depth.ts';
import { simulateOutside } from '../support.ts';
import type { Mutant } from './mutant.ts';

/** Defects of every kind that are found within a second or two: the few that `npm test` tries. */
export const SOON_FOUND = [
  'a message of which accept makes no job is deleted',
  'a job waits as the foreign message that it came in',
  'a running job’s message is deleted',
  'attempts are counted by receives',
  'a dead letter is not sent again after its first sending failed',
  'a redrive counts on from the attempts of its last run',
  'a name is free whatever its job died of',
  'the owner is the same for a whole invocation',
  'a retry in place does not set its message’s visibility',
  'a message whose dead letter was refused is deleted',
  'a parked job is on no list',
  'a snooze is not counted',
  'a shutdown spends an attempt',
  'a dead letter counts as sent before it is',
  'a job’s message goes before its end is handed on',
  'a later delivery begins without a claim, too',
  'a job expires before its time is over',
  'a commit of an attempt without a claim stands whatever row there is',
  'a probe that fails closes the breaker',
  'all jobs of a batch start with its probe',
];

/** The simulation has teeth: each deliberate defect breaks a promise in one of the schedules that `npm run test:deep` runs. */
export function findEach(mutants: readonly Mutant[]): void {
  const tried = inDepth(
    mutants,
    mutants.filter(({ defect }) => SOON_FOUND.includes(defect)),
  );
  it.each(tried)('it is found that $defect', { timeout: 1_800_000 }, async ({ defect, seed = 1 }) => {
    const { code, output } = await simulateOutside(
      ...['--workers', '1', '--from', String(seed), '--seeds', '20000', '--stop', '--mutant', defect],
    );
    expect(output).toMatch(/^seed \d+: /);
    expect(code).toBe(1);
  });
}
