import type { CircuitBreaker } from '../../../contract/definition/breaker.ts';
import type { BreakerItem, Tally } from '../../../contract/protocol/breaker-item.ts';
import type { BreakerTable, BreakerTableDeps } from './item.ts';
import type { BreakerView } from './view.ts';

/** What this process saw of its type's breaker, or did to it. */
export type BreakerChange =
  | { readonly kind: 'opened'; readonly atMs: number; readonly tally: Tally }
  | { readonly kind: 'closed'; readonly atMs: number; readonly openedAtMs: number }
  /** It turned jobs away. */
  | { readonly kind: 'foundOpen'; readonly by: BreakerItem['by'] }
  /** What ended, or what a probe says, could not be written. */
  | { readonly kind: 'notWritten'; readonly error: unknown };

/** How an attempt ended, to the breaker; undefined: it says nothing of the third party. */
export type Verdict = 'ok' | 'failed' | undefined;

export interface BreakerDeps extends BreakerTableDeps {
  /** Never the same twice, in any process. */
  readonly nonce: () => string;
}

/** What the parts of a breaker have in common. */
export interface BreakerParts extends Pick<BreakerDeps, 'clock' | 'nonce'> {
  readonly breaker: CircuitBreaker;
  readonly table: BreakerTable;
  readonly view: BreakerView;
  note(change: BreakerChange): void;
}
