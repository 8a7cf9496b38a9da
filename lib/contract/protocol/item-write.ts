import type { JobItem } from './job-item.ts';

/** Attributes that an item must have, value by value, for a write to happen. */
export type Fence = Partial<JobItem>;

/** One conditional write of one item: the only ways in which a job's state changes. */
export type ItemWrite =
  | { readonly kind: 'insert'; readonly item: JobItem }
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly set: Partial<JobItem>;
      readonly remove: readonly (keyof JobItem)[];
      readonly fence: Fence;
      /** Attributes that the item must not have. */
      readonly absent: readonly (keyof JobItem)[];
    };

export type ItemUpdate = Extract<ItemWrite, { kind: 'update' }>;

/** How a fenced write ended. */
export type Settled =
  | { readonly kind: 'written' | 'tooLarge' }
  /** `item`: as it stands; undefined if there is none. */
  | { readonly kind: 'refused'; readonly item: JobItem | undefined };

export const insert = (item: JobItem): ItemWrite => ({ kind: 'insert', item });

export interface Change {
  readonly set: Partial<JobItem>;
  readonly remove?: readonly (keyof JobItem)[];
}

/** A change of the item that was read: refused if somebody else changed it since. */
export const update = (item: JobItem, { set, remove = [] }: Change): ItemUpdate => ({
  ...{ kind: 'update', id: item.id, set, remove, fence: fencedOn(item), absent: [] },
});

/** What makes an item the one that was read: whoever begins, settles or redrives it changes one of these. */
export function fencedOn(item: JobItem): Fence {
  const { runNo, status, attempts, snoozes } = item;
  return {
    runNo,
    status,
    attempts,
    snoozes,
    ...(status === 'INPROGRESS' && item.owner !== undefined ? { owner: item.owner } : {}),
    ...(item.dueAt !== undefined ? { dueAt: item.dueAt } : {}),
  };
}

/** The item as the write leaves it. */
export function written(write: ItemWrite, before: JobItem | undefined): JobItem {
  if (write.kind === 'insert') return write.item;
  const kept = Object.entries(before ?? {}).filter(([name]) => !(write.remove as readonly string[]).includes(name));
  return { ...(Object.fromEntries(kept) as unknown as JobItem), ...write.set };
}
