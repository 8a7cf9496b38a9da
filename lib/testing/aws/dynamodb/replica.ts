import type { Clock } from '../../../engine/clock.ts';
import type { Item } from './values.ts';

/** How late a replica may be. */
export interface ReadLag {
  /** The most, ms: AWS names no limit, "usually within one second" (DynamoDB Developer Guide, "Read consistency"). */
  readonly mostMs: number;
  /** How late it is at one read of one item, as a part of that, from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** What a replica has that is not up to date: each read of each item finds it as late as luck has it. */
export interface Replica {
  /** An item changes now. @param before undefined if there was none */
  changing(id: string, before: Item | undefined): void;
  /** The item as a read finds it. @param now as it stands */
  read(id: string, now: Item | undefined): Item | undefined;
}

/** An item as it was until a moment. */
interface Past {
  readonly item: Item | undefined;
  readonly untilMs: number;
}

export function makeReplica(clock: Clock, { mostMs, random }: ReadLag): Replica {
  const pasts = new Map<string, Past[]>();
  const recent = (id: string) => (pasts.get(id) ?? []).filter(({ untilMs }) => untilMs > clock.now() - mostMs);
  return {
    changing(id, before) {
      pasts.set(id, [...recent(id), { item: before, untilMs: clock.now() }]);
    },
    read(id, now) {
      const all = recent(id);
      if (all.length === 0) return now;
      const seenMs = clock.now() - random() * mostMs;
      const past = all.find(({ untilMs }) => untilMs > seenMs);
      return past === undefined ? now : past.item;
    },
  };
}
