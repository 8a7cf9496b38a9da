import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { OperatorRow } from '../../contract/protocol/transitions.ts';
import type { Stage } from '../aws.ts';
import { type JobName, type Operated, readJob } from '../job-table.ts';
import { cancel } from '../jobs/cancel-and-retry.ts';
import { onStage, tableOf } from '../stage.ts';
import { readCallback } from './callback.ts';
import { childrenOf, isCallback, nextOf, placesOf } from './names.ts';
import { visitAll } from './visit-all.ts';

export interface CancelFlowOptions {
  /** The catalogue: it decides how long items are kept, and which types may come after a job. */
  readonly definitionOf: (type: string) => JobDefinition;
  readonly signal?: AbortSignal | undefined;
  /** Called with the jobs that were looked at so far, and those that are known of. */
  readonly onProgress?: ((done: number, known: number) => void) | undefined;
}

/** What a cancellation of a flow did. */
export interface CancelledFlow {
  /** `none`: the flow is over, nothing was written. */
  readonly row: 'flowCancelled' | 'none';
  /** The callback as it is now. */
  readonly callback: JobItem;
  /** The jobs that held a place, or may come to hold one, by what was written: `none` had ended. The callback is not among them. */
  readonly jobs: Readonly<Partial<Record<OperatorRow | 'none', number>>>;
  /** Whether the signal ended it before it was through: given again, it goes on. */
  readonly interrupted: boolean;
}

/**
 * Cancels a flow (row `flowCancelled`): its callback first, so that nothing fires; then whoever holds a place, however far the work was
 * handed on. Given again after an interruption, it goes on.
 *
 * @throws NoSuchJobError, NoSuchTypeError, NoSuchStageError, NoCallbackError; JobChangedError if a job changed each time it was read
 */
export function cancelFlow(stage: Stage, name: JobName, options: CancelFlowOptions): Promise<CancelledFlow> {
  return onStage(stage, name.type, async () => {
    const before = await readCallback(stage, name);
    // A type that the catalogue lacks is found before anything is written.
    for (const { type } of before.children ?? []) options.definitionOf(type);
    const { row, item: callback = before } = await cancelOne(stage, name, options);
    const jobs: Partial<Record<Operated['row'], number>> = {};
    if (row === 'none' && callback.status !== 'CANCELLED') return { row, callback, jobs, interrupted: false };
    const interrupted = await visitAll(placesIn(callback), {
      ...options,
      async visit(one) {
        const { row: written, item } = await cancelOne(stage, one, options);
        jobs[written] = (jobs[written] ?? 0) + 1;
        return item === undefined ? [] : followers(stage, item, options);
      },
    });
    return { row: 'flowCancelled', callback, jobs, interrupted };
  });
}

const cancelOne = (stage: Stage, { type, key }: JobName, { definitionOf }: CancelFlowOptions): Promise<Operated> =>
  cancel(tableOf(stage), definitionOf(type), key);

/** The children that have not ended, and those that died: one of those may have been redriven. */
function placesIn(callback: JobItem): JobName[] {
  if (!isCallback(callback)) return [];
  const children = childrenOf(callback);
  return placesOf(callback.open, callback.dead).flatMap((place) => children[place] ?? []);
}

/**
 * Where the places of a job are now, seen from it: with the job that came after it, and with the children of a callback. Where the
 * next step has not begun, each job that it may be is refused beforehand. Nobody else's job has a flow's id in its name.
 */
async function followers(stage: Stage, item: JobItem, { definitionOf }: CancelFlowOptions): Promise<JobName[]> {
  const next = nextOf(item, definitionOf(item.type).handsOn ?? []);
  const begun = await begunOf(stage, next);
  return [...(begun === undefined ? next : [begun]), ...placesIn(item)];
}

async function begunOf(stage: Stage, names: readonly JobName[]): Promise<JobName | undefined> {
  if (names.length < 2) return names[0];
  for (const name of names) {
    if ((await readJob(tableOf(stage), name, { payload: false })) !== undefined) return name;
  }
  return undefined;
}
