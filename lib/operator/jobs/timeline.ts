import type { JobLogLine } from './job-logs.ts';
import type { TimelineEntry, TimelineItem } from './timeline-entry.ts';
import { fromItem } from './timeline-item.ts';
import { fromLine, type LoggedEntry } from './timeline-line.ts';

export type { TimelineEntry, TimelineItem } from './timeline-entry.ts';

/**
 * Tells what happened to a job, the newest first. From its log lines, and where there are none (they are kept for a time only, and a
 * type with `logs: 'failures'` writes few) from what the item still says. A start that was not logged is told by the end of its
 * attempt.
 *
 * @param item of `job`
 * @param lines of `jobLogs`, in any order
 */
export function timeline(item: TimelineItem, lines: readonly JobLogLine[]): TimelineEntry[] {
  const logged = lines.map((line) => fromLine(line, item.jobId)).filter((entry) => entry !== undefined);
  const told = withStarts(withRuns(logged.sort(byTime)));
  const all = [...told, ...fromItem(item, told)].sort(byTime);
  return withDelays(withRedrives(all)).reverse();
}

/** What comes first where two have the same ms. */
const ORDER: readonly TimelineEntry['kind'][] = ['created', 'released', 'redriven', 'stalled', 'started'];
const LAST: readonly TimelineEntry['kind'][] = ['retry-planned', 'parked', 'dead', 'cancelled', 'expired'];

function rank({ kind }: Pick<TimelineEntry, 'kind'>): number {
  const first = ORDER.indexOf(kind);
  if (first !== -1) return first;
  return ORDER.length + 1 + LAST.indexOf(kind);
}

type Timed = Pick<LoggedEntry, 'atMs' | 'kind' | 'run' | 'attempt'>;

const byTime = (a: Timed, b: Timed): number =>
  a.atMs - b.atMs || (a.run ?? 0) - (b.run ?? 0) || (a.attempt ?? 0) - (b.attempt ?? 0) || rank(a) - rank(b);

type RunEntry = TimelineEntry & { readonly isEnd?: boolean };

/** A line that does not say its run is of the run that its time is in. A run dies once: the next death is of the next run. */
function withRuns(entries: readonly LoggedEntry[]): RunEntry[] {
  let [current, isDead] = [1, false];
  return entries.map((entry) => {
    const diesAgain = entry.run === undefined && entry.kind === 'dead' && isDead;
    const run = entry.run ?? current + (diesAgain ? 1 : 0);
    isDead = run === current ? isDead || entry.kind === 'dead' : entry.kind === 'dead';
    current = run;
    return { ...entry, run };
  });
}

/** Adds the starts that were not logged: an attempt's end says how long it took. */
function withStarts(entries: readonly RunEntry[]): TimelineEntry[] {
  const all: TimelineEntry[] = [];
  let open: TimelineEntry | undefined;
  for (const { isEnd, ...entry } of entries) {
    const { atMs, run, attempt, durationMs } = entry;
    if (entry.kind === 'started') open = entry;
    if (isEnd) {
      const isOpen = open?.run === run && open.attempt === attempt;
      if (!isOpen && durationMs !== undefined) {
        const text = `attempt ${attempt}`;
        all.push({ atMs: atMs - durationMs, kind: 'started', run, ...(attempt !== undefined && { attempt }), text });
      }
      open = undefined;
    }
    all.push(entry);
  }
  return all;
}

/** A next run begins with a redrive, or with a message that came after the retention of the run before. */
function withRedrives(entries: readonly TimelineEntry[]): TimelineEntry[] {
  let current = 1;
  const died = new Set<number>();
  return entries.flatMap((entry) => {
    const { run, atMs, kind } = entry;
    if (kind === 'dead') died.add(run);
    if (run <= current) return [entry];
    const text = died.has(run - 1)
      ? `it begins run ${run}`
      : `it begins run ${run}; how the one before ended is not known`;
    current = run;
    return [{ atMs, kind: 'redriven', run, text }, entry];
  });
}

/** Says of each attempt that waited how long it was to wait, and how long it did. */
function withDelays(entries: readonly TimelineEntry[]): TimelineEntry[] {
  let wait: TimelineEntry | undefined;
  return entries.map((entry) => {
    if (entry.kind === 'retry-planned' || entry.kind === 'parked') wait = entry;
    if (entry.kind !== 'started') return entry;
    const before = wait;
    wait = undefined;
    if (before?.plannedDelayMs === undefined || before.run !== entry.run) return entry;
    return { ...entry, plannedDelayMs: before.plannedDelayMs, actualDelayMs: entry.atMs - before.atMs };
  });
}
