/** Entries of a timeline, by attempts. Long ones are drawn a stretch at a time. */
import { useMemo } from 'preact/hooks';
import type { TimelineEntry } from '../../api.ts';
import { durationText } from '../base/format.ts';
import { Duration, Time } from '../parts/time.tsx';
import { type AttemptOf, attemptsOf, attemptTitle } from './timeline.ts';

export interface AttemptListProps {
  readonly entries: readonly TimelineEntry[];
  readonly hasRuns: boolean;
}

export function AttemptList({ entries, hasRuns }: AttemptListProps) {
  const attempts = useMemo(() => attemptsOf(entries), [entries]);
  return (
    <ol class="timeline">
      {attempts.map((attempt, index) => (
        // The same attempt may stand in several stretches: with others between them.
        <li key={`${attempt.run} ${attempt.attempt} ${attempts.length - index}`} class="attempt">
          <h3 class="attempt-title">{attemptTitle(attempt, hasRuns)}</h3>
          <Entries attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

const Entries = ({ attempt }: { readonly attempt: AttemptOf }) => (
  <ol class="entries">
    {attempt.entries.map((entry, index) => (
      <Entry key={`${entry.atMs} ${entry.kind} ${index}`} entry={entry} />
    ))}
  </ol>
);

const TONES: Readonly<Partial<Record<TimelineEntry['kind'], string>>> = {
  ...{
    completed: 'good',
    failed: 'bad',
    dead: 'bad',
    stalled: 'bad',
    expired: 'warn',
    'retry-planned': 'warn',
    parked: 'warn',
  },
  ...{ started: 'busy', redriven: 'busy', logged: 'faint' },
};

function Entry({ entry }: { readonly entry: TimelineEntry }) {
  const { atMs, kind, text, place, durationMs, plannedDelayMs, actualDelayMs } = entry;
  return (
    <li class={`entry entry-${TONES[kind] ?? 'calm'}`}>
      <span class="entry-kind">{kind.replace('-', ' ')}</span>
      <span class="entry-what">
        <span class="entry-text">{text}</span>
        {place !== undefined && <code class="entry-place">{place}</code>}
      </span>
      <span class="entry-took">
        {durationMs !== undefined && (
          <span>
            took <Duration ms={durationMs} />
          </span>
        )}
        <Delay plannedMs={plannedDelayMs} actualMs={actualDelayMs} />
      </span>
      <span class="entry-at">
        <Time at={atMs} />
      </span>
    </li>
  );
}

function Delay({
  plannedMs,
  actualMs,
}: {
  readonly plannedMs: number | undefined;
  readonly actualMs: number | undefined;
}) {
  if (plannedMs === undefined && actualMs === undefined) return null;
  return (
    <span class="entry-delay">
      {plannedMs !== undefined && `planned ${durationText(plannedMs)}`}
      {plannedMs !== undefined && actualMs !== undefined && <span aria-hidden="true"> → </span>}
      {actualMs !== undefined && `actual ${durationText(actualMs)}`}
    </span>
  );
}
