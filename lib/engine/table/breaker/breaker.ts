import { breakerId, type CircuitBreaker } from '../../../contract/definition/breaker.ts';
import { closeByProbe, nextProbeNow } from '../../../contract/protocol/breaker-item.ts';
import { waitMs } from '../../../contract/protocol/withheld.ts';
import { type Admission, makeAsks } from './asks.ts';
import { makeBreakerTable } from './item.ts';
import type { BreakerChange, BreakerDeps, BreakerParts, Verdict } from './parts.ts';
import { makeTally } from './tally.ts';
import { makeView } from './view.ts';

/** Keeps the attempts of a job type from starting while its third party is down. */
export interface Breaker {
  /** Names of the errors that count. @default all but those that never do */
  readonly errors: readonly string[] | undefined;
  /**
   * Asks for a start. Jobs that ask within a second share one read, and those of the same turn of the event loop one write.
   *
   * @param id of the job's item
   * @throws ReadError, WriteError if the table did not answer
   */
  ask(id: string): Promise<Admission>;
  /** Whether what was admitted a while ago may still start. @throws ReadError if the table did not answer */
  stillHolds(admission: Admission & { readonly kind: 'now' }): Promise<boolean>;
  /** When a job may ask again, ms from now. @param id of its item */
  waitMs(id: string): number;
  /** An attempt ended. What a probe says is written at once. Never throws. */
  ended(verdict: Verdict, probe: string | undefined): Promise<void>;
  /** The batch ended: counts its attempts in the table. Never throws. */
  flush(): Promise<void>;
  /** What was seen and done since the last call. */
  changes(): readonly BreakerChange[];
}

export function makeBreaker(type: string, breaker: CircuitBreaker, deps: BreakerDeps): Breaker {
  const { clock, nonce } = deps;
  const table = makeBreakerTable(breakerId(type), deps);
  let changes: BreakerChange[] = [];
  const note = (change: BreakerChange) => void changes.push(change);
  const parts: BreakerParts = { breaker, clock, nonce, table, view: makeView(table, clock), note };
  const tally = makeTally(parts);
  const { ask, openedAtOf } = makeAsks(parts, tally.now);
  return {
    errors: breaker.errors,
    ask: (id) => ask({ id }),
    async stillHolds({ probe, atMs }) {
      if (probe !== undefined || parts.view.isFresh(atMs)) return true;
      return (await parts.view.fresh()).item?.state !== 'open';
    },
    waitMs,
    async ended(verdict, probe) {
      if (probe === undefined) tally.add(verdict);
      else await probed({ verdict, probe, openedAt: openedAtOf(probe) }, parts);
    },
    flush: tally.flush,
    changes() {
      const since = changes;
      changes = [];
      return since;
    },
  };
}

interface Probed {
  readonly verdict: Verdict;
  readonly probe: string;
  readonly openedAt: number;
}

/** Its success closes the breaker. What says nothing makes room for the next one; after a failure that comes at its time. */
async function probed({ verdict, probe, openedAt }: Probed, { breaker, clock, table, view, note }: BreakerParts) {
  if (verdict === 'failed') return;
  const nowMs = clock.now();
  const at = { breaker, nowMs };
  try {
    const { written } = await table.write(verdict === 'ok' ? closeByProbe(openedAt, at) : nextProbeNow(probe, at));
    view.learned(undefined);
    if (written && verdict === 'ok') note({ kind: 'closed', atMs: nowMs, openedAtMs: openedAt });
  } catch (error) {
    note({ kind: 'notWritten', error });
  }
}
