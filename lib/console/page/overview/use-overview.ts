import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Overview } from '../../api.ts';
import { about } from '../base/about.ts';
import { type UsedFeed, useFeed } from '../base/use-feed.ts';
import { type Known, knownAfter, NOTHING_KNOWN, rowsOf, type TypeRow } from './rows.ts';

const EVERY_MS = 5_000;
/** A scroll in steps asks once, at its end. */
const SETTLED_MS = 250;

export interface UsedOverview {
  readonly feed: UsedFeed<Overview>;
  readonly rows: readonly TypeRow[];
  /** The types whose rows are in view: only they are asked for. */
  readonly look: (types: readonly string[]) => void;
}

export function useOverview(): UsedOverview {
  const types = about.value?.types ?? [];
  const [seen, setSeen] = useState<string>();
  const timer = useRef(0);
  const feed = useFeed<Overview>(seen === undefined ? undefined : 'overview', { types: seen }, EVERY_MS, {
    keep: true,
  });
  const [known, setKnown] = useState<Known>(NOTHING_KNOWN);
  useEffect(() => {
    const { data } = feed;
    if (data) setKnown((before) => knownAfter(before, data));
  }, [feed.data]);
  const rows = useMemo(() => rowsOf(types, feed.data, known), [types, feed.data, known]);
  const look = useMemo(
    () => (inView: readonly string[]) => {
      // None is no narrower question, but the widest.
      if (inView.length === 0) return;
      clearTimeout(timer.current);
      const next = inView.toSorted().join(',');
      // The first look waits for nothing.
      timer.current = window.setTimeout(() => setSeen(next), timer.current === 0 ? 0 : SETTLED_MS);
    },
    [],
  );
  return { feed, rows, look };
}
