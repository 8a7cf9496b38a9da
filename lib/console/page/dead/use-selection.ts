/** What is selected of the dead jobs, and what is done with it. */
import { useMemo, useState } from 'preact/hooks';
import type { DeadGroup, DeadJob } from '../../api.ts';
import { useOperation } from '../parts/use-operation.ts';
import { jobsOfGroup } from './dead-list.ts';
import {
  choiceOf,
  EVERYTHING,
  hindranceOf,
  NOTHING,
  type Selection,
  selectedOf,
  selectionWords,
  withGroup,
  withJobs,
} from './selection.ts';
import type { ReadDead } from './use-dead-list.ts';

/** Within it a consumer that is not busy begins what it is sent. */
const BEGUN_MS = 3_000;

export interface Chosen {
  readonly selection: Selection;
  readonly isAny: boolean;
  /** In numbers. */
  readonly words: string;
  /** All that match were read: "all" is a number. */
  readonly isComplete: boolean;
  /** "All" takes in those that were not read yet. */
  readonly isOfType: boolean;
  readonly isAsking: boolean;
  takeAll(isIn: boolean): void;
  takeJobs(jobs: readonly DeadJob[], isIn: boolean): void;
  takeGroup(group: DeadGroup, isIn: boolean): void;
  act(kind: Kind): void;
  /** Why it cannot be done with what is selected. */
  hindrance(kind: Kind): string | undefined;
}

type Kind = 'redrive' | 'purge';

export function useSelection(dead: ReadDead, jobs: readonly DeadJob[]): Chosen {
  const { list, isReading, query } = dead;
  const [selection, setSelection] = useState(NOTHING);
  const { ask, isAsking } = useOperation({
    onStart: () => setSelection(NOTHING),
    onEnd: () => {
      dead.reload();
      // What was sent again is dead until its consumer begins it.
      setTimeout(dead.reload, BEGUN_MS);
    },
  });
  const isComplete = !isReading && list.read >= list.of && !list.truncated;
  const selected = useMemo(() => selectedOf(selection, jobs), [selection, jobs]);
  const isOfType = query.type !== undefined;
  const counts = { selected: selected.length, read: jobs.length, isComplete, isOfType };
  const words = selectionWords(selection, counts);
  return {
    ...{ selection, isAny: selected.length > 0, words, isComplete, isOfType, isAsking },
    hindrance: (kind) => hindranceOf({ kind, selection, selected, query }),
    takeAll: (isIn) => setSelection(isIn ? EVERYTHING : NOTHING),
    takeJobs: (some, isIn) => setSelection((last) => withJobs(last, some, isIn)),
    takeGroup: (group, isIn) => setSelection((last) => withGroup(last, group, jobsOfGroup(list, group), isIn)),
    act: (kind) => ask(choiceOf({ kind, selection, selected, query })),
  };
}
