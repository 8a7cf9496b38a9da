import { childKey } from '../../contract/flow.ts';
import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { JobName } from '../job-table.ts';

/** The item of a batch's callback: it says how its children stand. */
export type Callback = JobItem & { readonly total: number };

export const isCallback = (item: JobItem): item is Callback => item.total !== undefined;

/** The callback stands in the table for its children: neither they nor its deadline nor an operator has fired it. */
export const waitsForChildren = (item: JobItem, nowMs: number): item is Callback =>
  isCallback(item) && item.status === 'SCHEDULED' && item.dueAt === item.deadlineAt && (item.deadlineAt ?? 0) > nowMs;

/** The callback waits for a child that died: only a redrive of that, its deadline or an operator goes on. */
export const isBlocked = ({ mode, open, dead }: Pick<JobItem, 'mode' | 'open' | 'dead'>): boolean =>
  mode === 'success' && sizeOf(open) === 0 && sizeOf(dead) > 0;

/** DynamoDB knows no empty set. */
export const sizeOf = (places: ReadonlySet<number> | undefined): number => places?.size ?? 0;

/** Places in order. */
export const placesOf = (...sets: readonly (ReadonlySet<number> | undefined)[]): number[] =>
  [...new Set(sets.flatMap((places) => [...(places ?? [])]))].sort((a, b) => a - b);

/** The jobs that a callback's children are: each by its place. */
export function childrenOf(callback: Callback): JobName[] {
  const types = (callback.children ?? []).flatMap(({ type, n }) => Array.from({ length: n }, () => type));
  const flow = keyOf(callback);
  return types.map((type, place) => ({ type, key: childKey(flow, place) }));
}

/**
 * The jobs of which one, at most, came after a job that completed: the callback that took its place, or the next step of its
 * chain. An item does not say of which type that is.
 *
 * @param types that the next step may be of
 */
export function nextOf(item: JobItem, types: readonly string[]): JobName[] {
  if (item.status !== 'COMPLETED') return [];
  if (item.passedOn !== undefined) return [nameOf(item.passedOn)];
  const { key = keyOf(item), step = 0 } = item.flow?.chain ?? {};
  return types.map((type) => ({ type, key: `${key}.${step + 1}` }));
}

/** The type and key of an item's id. */
export function nameOf(id: string): JobName {
  const hash = id.indexOf('#');
  return { type: id.slice(0, hash), key: id.slice(hash + 1) };
}

export const idOf = ({ type, key }: JobName): string => itemId(type, key);
