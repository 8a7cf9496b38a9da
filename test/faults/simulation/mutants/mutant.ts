import type { NetworkFault } from '../../../../lib/testing/simulation/network-faults.ts';

/** One piece of the code under test, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A deliberate defect. */
export interface Mutant {
  readonly defect: string;
  readonly edits: readonly Edit[];
  /** A fault of the network of which schedules must be full to show it. */
  readonly often?: NetworkFault;
  /** Of one that takes many thousand schedules: where the search starts. @default 1 */
  readonly seed?: number;
  /** It is in what becomes of chains and batches: schedules of those show it. */
  readonly flows?: true;
  /** It is in what is done with a job that begins without a claim: schedules of such types show it. */
  readonly optimistic?: true;
  /** It is in what is done while a circuit breaker is open or closing: schedules of such a type show it. */
  readonly breaker?: true;
  /** It is in what is done with a job whose time is over: schedules of those show it. */
  readonly expiring?: true;
}

const of =
  (file: string) =>
  (defect: string, ...pieces: readonly (readonly [from: string, to: string])[]): Mutant => ({
    defect,
    edits: pieces.map(([from, to]) => ({ file, from, to })),
  });

export const inBegin = of('lib/contract/protocol/begin.ts');
export const inSettle = of('lib/contract/protocol/settle.ts');
export const inEngine = (file: string) => of(`lib/engine/${file}.ts`);
export const inContract = (file: string) => of(`lib/contract/${file}.ts`);
