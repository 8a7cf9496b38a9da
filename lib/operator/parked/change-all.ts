import type { OperatorRow } from '../../contract/protocol/transitions.ts';
import type { Stage } from '../aws.ts';
import { waitsForChildren } from '../flows/names.ts';
import { visitAll } from '../flows/visit-all.ts';
import type { JobRun, Operated } from '../job-table.ts';
import { type Cancellable, cancelIf, type IsMeant, retryIf } from '../jobs/cancel-and-retry.ts';
import { readList } from '../jobs/lists.ts';
import { makePacer } from '../pace.ts';
import { onStage, queuesOf, tableOf } from '../stage.ts';

/** These runs of jobs, or all jobs of a type that are parked now. */
export type ChosenJobs = readonly JobRun[] | { readonly type: string };

export interface ChangeAllOptions {
  /** Jobs a second at most. Each is read twice and written once. @default 100 */
  readonly perSecond?: number | undefined;
  /** Ends it after the jobs that are under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the jobs that were looked at so far, and those that were chosen. */
  readonly onProgress?: ((done: number, chosen: number) => void) | undefined;
}

export interface CancelAllOptions extends ChangeAllOptions {
  /** The catalogue: it decides how long items are kept. It throws of a type that it lacks. */
  readonly definitionOf: (type: string) => Cancellable;
}

/** What became of the chosen jobs. */
export interface ChangedAll {
  readonly chosen: number;
  /** Jobs by the row of the state machine that was written. */
  readonly rows: Readonly<Partial<Record<OperatorRow, number>>>;
  readonly changed: number;
  /** They had begun, ended, died or been changed since they were chosen: nothing was written. */
  readonly unchanged: number;
  /** Of `unchanged`: callbacks that wait for their children. A retry of all fires none of them. */
  readonly callbacks: number;
  /** Could not be changed: they changed each time they were read, or a newer version wrote them. */
  readonly refused: readonly RefusedJob[];
  /** Nobody looked at them, as it ended before. */
  readonly left: number;
  readonly interrupted: boolean;
  /** The type has more parked jobs than the 100,000 that were read. */
  readonly truncated: boolean;
  /** The error that ended it early. What was done before stands. */
  readonly failure?: unknown;
}

export interface RefusedJob {
  readonly type: string;
  readonly key: string;
  readonly why: string;
}

const PER_SECOND = 100;

/**
 * Makes chosen jobs due now (row `dueNow`), if they are still parked as they were when they were chosen. The dispatcher sends them at
 * its next tick. A callback that waits for its children is left as it is: it would run without them.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export const retryAll = (stage: Stage, which: ChosenJobs, options: ChangeAllOptions = {}): Promise<ChangedAll> =>
  changeAll(stage, which, {
    ...options,
    change: ({ type, key, isMeant }, { onCallback }) =>
      retryIf(tableOf(stage), { type, key }, (item, nowMs) => {
        const waits = waitsForChildren(item, nowMs);
        if (waits) onCallback();
        return !waits && isMeant(item, nowMs);
      }),
  });

/**
 * Cancels chosen jobs, as `cancel` does, if each is still the run that was chosen and has not ended. One that runs by now gets the
 * request.
 *
 * @throws NoSuchStageError, NoSuchTypeError; what `definitionOf` throws, before anything is written
 */
export async function cancelAll(
  stage: Stage,
  which: ChosenJobs,
  { definitionOf, ...options }: CancelAllOptions,
): Promise<ChangedAll> {
  const types = Array.isArray(which) ? which.map(({ type }) => type) : [(which as { type: string }).type];
  const definitions = new Map([...new Set(types)].map((type) => [type, definitionOf(type)]));
  return changeAll(stage, which, {
    ...options,
    change: ({ type, key, isMeant }) =>
      cancelIf(tableOf(stage), definitions.get(type) ?? definitionOf(type), { key, isMeant }),
  });
}

/** A job to change, and whether it still is the one that was chosen. */
interface Choice {
  readonly type: string;
  readonly key: string;
  readonly isMeant: IsMeant;
}

interface Changing extends ChangeAllOptions {
  readonly change: (choice: Choice, on: { readonly onCallback: () => void }) => Promise<Operated>;
}

/** They are said of the one job, and end nothing. */
const OF_ONE_JOB = /^(JobChangedError|NewerJobError)$/;

async function changeAll(stage: Stage, which: ChosenJobs, options: Changing): Promise<ChangedAll> {
  const { choices, truncated } = await choicesOf(stage, which);
  const { signal, onProgress, change, perSecond = PER_SECOND } = options;
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const pace = makePacer(stage, { perSecond, signal: either });
  const rows: Partial<Record<Operated['row'], number>> = {};
  const refused: RefusedJob[] = [];
  const callbacks = new Set<Choice>();
  let [done, failure] = [0, undefined as unknown];
  const visit = async (choice: Choice) => {
    await pace(1);
    if (either.aborted) return [];
    try {
      const { row } = await change(choice, { onCallback: () => callbacks.add(choice) });
      rows[row] = (rows[row] ?? 0) + 1;
    } catch (error) {
      const { name, message: why } = error as Error;
      if (!OF_ONE_JOB.test(name)) {
        failure ??= error;
        ended.abort();
        return [];
      }
      refused.push({ type: choice.type, key: choice.key, why });
    }
    done += 1;
    onProgress?.(done, choices.length);
    return [];
  };
  await onStage(stage, undefined, () => visitAll(choices, { visit, signal: either }));
  const { none: unchanged = 0, ...written } = rows;
  return {
    ...{ chosen: choices.length, rows: written, changed: done - unchanged - refused.length, unchanged, refused },
    ...{ callbacks: callbacks.size, left: choices.length - done, truncated },
    interrupted: signal?.aborted === true && done < choices.length,
    ...(failure !== undefined && { failure }),
  };
}

async function choicesOf(stage: Stage, which: ChosenJobs): Promise<{ choices: Choice[]; truncated: boolean }> {
  if (!('type' in which)) {
    const isMeant =
      (run: number): IsMeant =>
      ({ runNo }) =>
        runNo === run;
    return { choices: which.map(({ type, key, run }) => ({ type, key, isMeant: isMeant(run) })), truncated: false };
  }
  const { type } = await queuesOf(stage, which.type);
  const { entries, truncated } = await onStage(stage, type, () => readList(stage, 'due', { type }));
  // One that was parked anew since has another time.
  const choices = entries.map(({ key, listAt }): Choice => ({ type, key, isMeant: (item) => item.listAt === listAt }));
  return { choices, truncated };
}
