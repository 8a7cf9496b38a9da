import type { Bundles } from './bundles.ts';
import type { Stub } from './stub/stub.ts';

/** What a row measures with. */
export interface Bench {
  readonly bundles: Bundles;
  readonly stub: Stub;
  /** Alternating runs of each side, at least 7. */
  readonly runs: number;
  /** Leaves out what is measured on an emulator, which takes minutes. */
  readonly skipEmulator: boolean;
}

/** One line of the report. */
export interface Measured {
  readonly what: string;
  readonly baseline: string;
  /** The median, with its unit; a ratio to the baseline where there is one. */
  readonly figure: string;
  /** Smallest to largest. */
  readonly spread: string;
  readonly budget: string;
  /** `skipped`: cannot be measured here, and why is in `figure`. */
  readonly verdict: 'met' | 'missed' | 'skipped';
}

/** A row of the table, or a few that are measured together. */
export interface Row {
  readonly name: string;
  measure(bench: Bench): Promise<Measured[]>;
}

export const verdict = (met: boolean): Measured['verdict'] => (met ? 'met' : 'missed');
