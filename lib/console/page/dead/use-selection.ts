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

export interface Chosen {
  readonly selection: Selection;
  readonly isAny: boolean;
  /** In numbers. */
  readonly words: string;
  /** All that match were read: "all" is a number. */
  readonly isComplete: boolean;
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
  const { ask, isAsking } = useOperation({ onStart: () => setSelection(NOTHING), onEnd: dead.reload });
  const isComplete = !isReading && list.read >= list.of && !list.truncated;
  const words = useMemo(() => selectionWords(selection, jobs, isComplete), [selection, jobs, isComplete]);
  const isAny = useMemo(() => selectedOf(selection, jobs).length > 0, [selection, jobs]);
  const hindrances = useMemo(() => {
    const of = (kind: Kind) => hindranceOf({ kind, selection, read: jobs, query });
    return { redrive: of('redrive'), purge: of('purge') };
  }, [selection, jobs, query]);
  return {
    ...{ selection, isAny, words, isComplete, isAsking },
    takeAll: (isIn) => setSelection(isIn ? EVERYTHING : NOTHING),
    takeJobs: (some, isIn) => setSelection((last) => withJobs(last, some, isIn)),
    takeGroup: (group, isIn) => setSelection((last) => withGroup(last, group, jobsOfGroup(list, group), isIn)),
    hindrance: (kind) => hindrances[kind],
    act: (kind) => ask(choiceOf({ kind, selection, read: jobs, query })),
  };
}
