import type { Clock } from '../../clock.ts';
import type { BreakerTable, Known } from './item.ts';

/** A breaker as this process knows it. */
export interface BreakerView {
  /** As it was seen last, however long ago. */
  last(): Known | undefined;
  /** Not older than a second, unless the table answers so slowly. @throws ReadError if it does not answer */
  fresh(): Promise<Known>;
  /** Whether what was seen then still counts. */
  isFresh(atMs: number): boolean;
  /** A write, or its refusal, has shown it; undefined: the next who asks reads it. */
  learned(known: Known | undefined): void;
}

/** How long what was read counts: with the second for which a token may hold a job back, an opening binds begins after two. */
const FRESH_MS = 1000;
/** Reads until one is answered within that time; then the last one counts. */
const MAX_READS = 3;

export function makeView(table: BreakerTable, clock: Clock): BreakerView {
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;
  const isFresh = (atMs: number) => clock.now() - atMs <= FRESH_MS;
  const read = async (): Promise<Known> => {
    for (let reads = 1; ; reads++) {
      const found = await table.read();
      known = found;
      if (isFresh(found.atMs) || reads >= MAX_READS) return found;
    }
  };
  return {
    isFresh,
    last: () => known,
    async fresh() {
      if (known !== undefined && isFresh(known.atMs)) return known;
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    learned(found) {
      known = found;
    },
  };
}
