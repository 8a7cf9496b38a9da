import {
  type At,
  type BreakerItem,
  type BreakerWrite,
  closeForGood,
  hasRoom,
  intervalEndsAt,
  isOver,
  letProbe,
  openByRate,
  type Tally,
  take,
  totals,
} from '../../../contract/protocol/breaker-item.ts';
import { MAX_WAIT_MS, waitClosingMs, waitMs } from '../../../contract/protocol/withheld.ts';
import { gather, type Waiting } from '../../calls/gather.ts';
import type { BreakerParts } from './parts.ts';

/** Whether a job may start now, or when it may ask again. */
export type Admission =
  | {
      readonly kind: 'now';
      /** What that was decided on was so then, epoch ms. */
      readonly atMs: number;
      /** It is a probe: its nonce. */
      readonly probe?: string;
    }
  | { readonly kind: 'later'; readonly untilMs: number };

interface Asked {
  /** Of the job's item. */
  readonly id: string;
}

type Asking = Waiting<Asked, Admission>;

export interface Asks {
  ask(asked: Asked): Promise<Admission>;
  /** When the breaker had opened that let this probe through. It is forgotten by that. */
  openedAtOf(probe: string): number;
}

/** Tries while other processes write the item at the same time; then all that ask come back later. */
const MAX_TRIES = 8;
const BUSY_MS = 2000;

/** @param tally attempts of this process that the table does not know of */
export function makeAsks(parts: BreakerParts, tally: () => Tally): Asks {
  const { breaker, clock, nonce, table, view, note } = parts;
  const probes = new Map<string, number>();
  const untilOf = makeTurns(parts);
  const send = async (all: Asking[]): Promise<void> => {
    let known = await view.fresh();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const at = { breaker, nowMs: clock.now() };
      const way = wayOf(known.item, { at, asked: all.length, more: tally(), nonce });
      const { write, mine } = way;
      if (write !== undefined) {
        const { written, item } = await table.write(write);
        known = { item, atMs: at.nowMs };
        view.learned(known);
        if (!written && (mine === undefined || item?.probe !== mine)) continue;
      }
      if (way.opens) note({ kind: 'opened', atMs: at.nowMs, tally: way.opens });
      if (known.item?.state === 'open' && way.granted < all.length) note({ kind: 'foundOpen', by: known.item.by });
      const probe = way.granted === 1 && known.item?.state === 'open' ? mine : undefined;
      if (probe !== undefined) probes.set(probe, known.item?.openedAt ?? 0);
      for (const [i, { id, resolve }] of all.entries()) {
        if (i >= way.granted) resolve({ kind: 'later', untilMs: untilOf(id, known.item) });
        else resolve({ kind: 'now', atMs: known.atMs, ...(probe !== undefined && { probe }) });
      }
      return;
    }
    for (const { resolve } of all) resolve({ kind: 'later', untilMs: clock.now() + BUSY_MS });
  };
  return {
    ask: gather<Asked, Admission>({ fits: () => true, send }),
    openedAtOf(probe) {
      const openedAt = probes.get(probe) ?? 0;
      probes.delete(probe);
      return openedAt;
    },
  };
}

/** How many may start, once the write stands, if there is one. */
interface Way {
  readonly granted: number;
  readonly write?: BreakerWrite;
  /** Nonce by which the writer knows its write, should its answer be lost. */
  readonly mine?: string;
  /** It opens the breaker, by these. */
  readonly opens?: Tally;
}

interface Ask {
  readonly at: At;
  readonly asked: number;
  readonly more: Tally;
  readonly nonce: () => string;
}

function wayOf(item: BreakerItem | undefined, { at, asked, more, nonce }: Ask): Way {
  if (item?.state === 'open') {
    // An operator's has no probes.
    if (item.by !== 'rate' || (item.nextProbeAt ?? 0) > at.nowMs) return { granted: 0 };
    const mine = nonce();
    return { granted: 1, write: letProbe(item, at, mine), mine };
  }
  const all = totals(item, at, more);
  if (isOver(all, at.breaker)) {
    const mine = nonce();
    return { granted: 0, write: openByRate(item, at, mine), mine, opens: all };
  }
  if (item?.state !== 'closing') return { granted: asked };
  if (hasRoom(item, at)) return { granted: asked, write: closeForGood(item) };
  return take(item, at, asked) ?? { granted: 0 };
}

/**
 * When those that may not start ask again. One job of each process comes for the next probe, or when there is room again, so that
 * somebody is there; the others are spread.
 */
function makeTurns({ breaker, clock }: BreakerParts) {
  let promisedAt = 0;
  return (id: string, item: BreakerItem | undefined): number => {
    const nowMs = clock.now();
    const isClosing = item?.state === 'closing';
    const nextAt = isClosing ? intervalEndsAt(item, { breaker, nowMs }) : item?.nextProbeAt;
    if (nextAt !== undefined && nextAt > promisedAt) {
      promisedAt = nextAt;
      return Math.min(Math.max(nextAt, nowMs), nowMs + MAX_WAIT_MS);
    }
    return nowMs + (isClosing ? waitClosingMs(id, (nextAt ?? nowMs) - nowMs, breaker.probeSeconds) : waitMs(id));
  };
}
