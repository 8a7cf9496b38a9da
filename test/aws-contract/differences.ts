import type { StandIn } from './aws.ts';

/** One cause for which what stands in for AWS does otherwise. */
export interface Difference {
  readonly on: readonly StandIn[];
  /** In words, for people. */
  readonly how: string;
  /** What is seen there, by the behaviour's id; `{ throws }` where a call fails that AWS takes. */
  readonly observed: Readonly<Record<string, unknown>>;
}

export const DIFFERENCES: readonly Difference[] = [];
