import { counted, isOver, openByRate, type Tally, totals } from '../../../contract/protocol/breaker-item.ts';
import type { BreakerParts, Verdict } from './parts.ts';

/** The attempts of this process that are not counted in the table yet. */
export interface ProcessTally {
  now(): Tally;
  add(verdict: Verdict): void;
  /** Never throws: what could not be written stays for the next batch. */
  flush(): Promise<void>;
}

/** Successes alone are gathered for a part of `perSeconds`. */
const GATHERED_PART = 1 / 10;
/** Tries to count while others begin a window, or open it. */
const MAX_TRIES = 4;
const NONE: Tally = { ok: 0, failed: 0 };

export function makeTally(parts: BreakerParts): ProcessTally {
  const { breaker, clock, note } = parts;
  const perMs = breaker.perSeconds * 1000;
  let tally = NONE;
  /** When the first of them ended. */
  let sinceMs = 0;
  return {
    now: () => tally,
    add(verdict) {
      if (verdict === undefined) return;
      const nowMs = clock.now();
      // A process that was frozen since does not speak of now.
      if (nowMs - sinceMs > perMs) tally = NONE;
      if (tally === NONE) sinceMs = nowMs;
      tally = { ...tally, [verdict]: tally[verdict] + 1 };
    },
    async flush() {
      const gathered = tally;
      const mayWait = gathered.failed === 0 && clock.now() - sinceMs < perMs * GATHERED_PART;
      if (gathered === NONE || mayWait) return;
      try {
        if (await count(gathered, parts)) tally = NONE;
      } catch (error) {
        note({ kind: 'notWritten', error });
      }
    },
  };
}

/** Counts attempts, or opens the breaker by them. @returns whether that is done, or nothing is to be done */
async function count(gathered: Tally, { breaker, clock, nonce, table, view, note }: BreakerParts): Promise<boolean> {
  let item = view.last()?.item;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    // What ends while it is open is why it is.
    if (item?.state === 'open') return true;
    const at = { breaker, nowMs: clock.now() };
    const all = totals(item, at, gathered);
    const mine = nonce();
    const opens = isOver(all, breaker);
    const { written, item: after } = await table.write(
      opens ? openByRate(item, at, mine) : counted(item, at, gathered),
    );
    item = after;
    if (opens && after?.probe === mine) note({ kind: 'opened', atMs: at.nowMs, tally: all });
    else if (!written) continue;
    view.learned({ item, atMs: at.nowMs });
    return true;
  }
  return false;
}
