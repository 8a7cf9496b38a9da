import type { JobError } from '../../contract/errors.ts';
import type { JobStatus } from '../../contract/job.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { iso } from '../../contract/protocol/timing.ts';
import type { Stage } from '../aws.ts';
import type { JobName } from '../job-table.ts';
import { readItems } from '../jobs/read-items.ts';
import { onStage, typesOf } from '../stage.ts';
import { readCallback } from './callback.ts';
import { type Callback, childrenOf, idOf, isCallback, nextOf, placesOf, sizeOf } from './names.ts';

/** A batch: its callback, and who holds its places. */
export interface FlowView {
  /** Of the callback. */
  readonly type: string;
  /** Id of the flow: the callback's key. */
  readonly flow: string;
  /** Of the callback. */
  readonly status: JobStatus;
  readonly cancelRequested: boolean;
  readonly mode: 'settled' | 'success';
  /** Children. */
  readonly total: number;
  readonly completed: number;
  readonly open: number;
  readonly dead: number;
  /** ISO 8601. */
  readonly deadlineAt: string | undefined;
  /** When the callback ended, ISO 8601. */
  readonly endedAt: string | undefined;
  /** The job that staged the batch. */
  readonly parent: JobName | undefined;
  readonly places: readonly PlaceView[];
}

/** A place of a batch. */
export interface PlaceView extends JobName {
  /** From 0. The `type` and `key` beside it are the child's. */
  readonly place: number;
  readonly state: 'open' | 'dead' | 'ended';
  /** The job that the place went to last: the child, a later step, a callback; undefined if none has begun. Not of ended ones. */
  readonly holder?: Holder;
}

export interface Holder extends JobName {
  readonly status: JobStatus;
  readonly error?: JobError;
  /** Of a callback that holds the place of its parent. */
  readonly waitsFor?: { readonly open: number; readonly total: number };
}

/**
 * Looks at a flow. It reads the callback's item, and one item for each job that held an open or dead place.
 *
 * @param all whether to list also the places that ended
 * @throws NoSuchJobError, NoSuchTypeError, NoSuchStageError, NoCallbackError
 */
export async function flow(stage: Stage, name: JobName, { all = false } = {}): Promise<FlowView> {
  return onStage(stage, name.type, async () => {
    const callback = await readCallback(stage, name);
    const { open, dead, total, mode = 'settled' } = callback;
    const places = await placeViews(stage, callback, all ? Array.from({ length: total }, (_, i) => i) : undefined);
    return {
      ...{ type: callback.type, flow: keyOf(callback), status: callback.status, mode, total },
      cancelRequested: callback.cancelRequested === true,
      completed: total - sizeOf(open) - sizeOf(dead),
      ...{ open: sizeOf(open), dead: sizeOf(dead) },
      deadlineAt: callback.deadlineAt === undefined ? undefined : iso(callback.deadlineAt),
      endedAt: callback.completedAt ?? callback.failedAt,
      parent: callback.flow?.after,
      places,
    };
  });
}

async function placeViews(stage: Stage, callback: Callback, wanted?: readonly number[]): Promise<PlaceView[]> {
  const { open, dead } = callback;
  const children = childrenOf(callback);
  const held = placesOf(open, dead);
  const holders = await holdersOf(stage, new Map(held.flatMap((place) => pairs(place, children[place]))));
  return (wanted ?? held).flatMap((place) => {
    const child = children[place];
    if (child === undefined) return [];
    const state = open?.has(place) ? 'open' : dead?.has(place) ? 'dead' : 'ended';
    const holder = holders.get(place);
    return [{ place, state, ...child, ...(holder !== undefined && { holder: toHolder(holder) }) }];
  });
}

const pairs = (place: number, child: JobName | undefined): [number, JobName][] =>
  child === undefined ? [] : [[place, child]];

const HOLDER = [
  ...['id', 'type', 'status', 'flow', 'passedOn', 'total', 'open', 'error'],
] as const satisfies readonly (keyof JobItem)[];

/** The last item that each place's work came to, a step of all places at a time. */
async function holdersOf(stage: Stage, children: ReadonlyMap<number, JobName>): Promise<Map<number, JobItem>> {
  const types = children.size === 0 ? [] : await typesOf(stage);
  const holders = new Map<number, JobItem>();
  let asked = new Map([...children].map(([place, child]) => [place, [child]]));
  while (asked.size > 0) {
    const ids = [...asked.values()].flat().map(idOf);
    const items = new Map((await readItems(stage, ids, HOLDER)).map((item) => [item.id, item]));
    const next = new Map<number, JobName[]>();
    for (const [place, names] of asked) {
      const item = names.map((name) => items.get(idOf(name))).find((one) => one !== undefined);
      if (item === undefined) continue;
      holders.set(place, item);
      const after = nextOf(item, types);
      if (after.length > 0) next.set(place, after);
    }
    asked = next;
  }
  return holders;
}

const toHolder = (item: JobItem): Holder => ({
  ...{ type: item.type, key: keyOf(item), status: item.status },
  ...(item.error !== undefined && { error: item.error }),
  ...(isCallback(item) && { waitsFor: { open: sizeOf(item.open), total: item.total } }),
});
