import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { nowOf, type Stage } from '../aws.ts';
import type { ListEntry } from '../jobs/list-shards.ts';
import { readList, readLists } from '../jobs/lists.ts';
import { readItems } from '../jobs/read-items.ts';
import { onStage, queuesOf, typesOf } from '../stage.ts';
import { type Callback, isBlocked, isCallback, sizeOf, waitsForChildren } from './names.ts';

/** A callback that has not begun. */
export interface WaitingCallback {
  readonly type: string;
  /** Id of the flow: the callback's key. */
  readonly flow: string;
  /** Children, those that have not ended, and those that died, expired or were cancelled. */
  readonly total: number;
  readonly open: number;
  readonly dead: number;
  readonly mode: 'settled' | 'success';
  /**
   * `waits`: for children; `blocked`: for children that died, as its mode is `success`; `due`: it was fired, and starts within a
   * minute or is in its queue; `cancelled`: its next message ends it.
   */
  readonly state: 'waits' | 'blocked' | 'due' | 'cancelled';
  /** ISO 8601. */
  readonly deadlineAt: string;
}

export interface WaitingReport {
  /** By when the dispatcher looks at them. */
  readonly flows: readonly WaitingCallback[];
  /** True if there may be more. */
  readonly truncated: boolean;
}

/** What an item must tell of a callback that has not begun. */
const CALLBACK = [
  ...['id', 'type', 'status', 'total', 'open', 'dead', 'mode', 'dueAt', 'deadlineAt', 'cancelRequested'],
] as const satisfies readonly (keyof JobItem)[];

/**
 * Lists the callbacks that have not begun, of a type or of all. It reads an item for each parked job, a hundred at a time, until
 * it has found `limit` callbacks.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function flows(stage: Stage, type?: string, { limit = 50 } = {}): Promise<WaitingReport> {
  const types = type === undefined ? await typesOf(stage) : [(await queuesOf(stage, type)).type];
  return onStage(stage, type, async () => {
    const due = type === undefined ? await readLists(stage, 'due', { types }) : await readList(stage, 'due', { type });
    const nowMs = nowOf(stage);
    const found: WaitingCallback[] = [];
    for await (const items of pages(stage, due.entries)) {
      found.push(
        ...items
          .filter(isCallback)
          .filter(hasNotBegun)
          .map((item) => toWaiting(item, nowMs)),
      );
      if (found.length > limit) break;
    }
    return { flows: found.slice(0, limit), truncated: due.truncated || found.length > limit };
  });
}

const hasNotBegun = ({ status }: JobItem): boolean => status === 'SCHEDULED';

const PAGE = 100;

/** Items of a list, in its order, a page at a time. */
async function* pages(stage: Stage, entries: readonly ListEntry[]): AsyncGenerator<JobItem[]> {
  for (let from = 0; from < entries.length; from += PAGE) {
    const ids = entries.slice(from, from + PAGE).map(({ id }) => id);
    const items = new Map((await readItems(stage, ids, CALLBACK)).map((item) => [item.id, item]));
    yield ids.flatMap((id) => items.get(id) ?? []);
  }
}

function toWaiting(item: Callback, nowMs: number): WaitingCallback {
  const { type, total, mode = 'settled', deadlineAt = 0, cancelRequested } = item;
  const fired = waitsForChildren(item, nowMs) ? (isBlocked(item) ? 'blocked' : 'waits') : 'due';
  return {
    ...{ type, flow: keyOf(item), total, mode, open: sizeOf(item.open), dead: sizeOf(item.dead) },
    state: cancelRequested ? 'cancelled' : fired,
    deadlineAt: iso(deadlineAt),
  };
}

/** So many parked jobs are looked at, and more as long as most are callbacks that wait: a look bills the items whole. */
const LOOKED_AT = 200;

/**
 * How many of these parked jobs are callbacks that wait for their children: nobody needs to do anything for them. It looks at the
 * first 200, and goes on as long as most of a hundred are. So it sees all of them if there is no other parked job.
 */
export async function countWaiting(stage: Stage, entries: readonly ListEntry[]): Promise<number> {
  const nowMs = nowOf(stage);
  let [waiting, looked] = [0, 0];
  for await (const items of pages(stage, entries)) {
    const found = items.filter((item) => waitsForChildren(item, nowMs)).length;
    looked += items.length;
    waiting += found;
    if (looked >= LOOKED_AT && found * 2 <= items.length) break;
  }
  return waiting;
}
