import type { TimelineEntry } from '../../api.ts';

/** What happened in one attempt, or before the first of a run. The newest first. */
export interface AttemptOf {
  readonly run: number;
  /** Undefined: not in an attempt. */
  readonly attempt: number | undefined;
  readonly entries: readonly TimelineEntry[];
}

/**
 * Entries by their attempt, in the order that they come in.
 *
 * An entry without an attempt, as "parked" or "released", stands with the one before it of its run in time, which comes after it
 * here. So a retry that was planned stands with the attempt that planned it.
 */
export function attemptsOf(entries: readonly TimelineEntry[]): readonly AttemptOf[] {
  const attempts: { run: number; attempt: number | undefined; entries: TimelineEntry[] }[] = [];
  let waiting: TimelineEntry[] = [];
  const close = (entry: TimelineEntry): void => {
    const last = attempts.at(-1);
    if (last !== undefined && last.run === entry.run && last.attempt === entry.attempt) {
      last.entries.push(...waiting, entry);
    } else attempts.push({ run: entry.run, attempt: entry.attempt, entries: [...waiting, entry] });
    waiting = [];
  };
  const leave = (): void => {
    for (const entry of waiting.splice(0)) {
      const last = attempts.at(-1);
      if (last !== undefined && last.run === entry.run && last.attempt === undefined) last.entries.push(entry);
      else attempts.push({ run: entry.run, attempt: undefined, entries: [entry] });
    }
  };
  for (const entry of entries) {
    if (waiting[0] !== undefined && waiting[0].run !== entry.run) leave();
    if (entry.attempt === undefined) waiting.push(entry);
    else close(entry);
  }
  leave();
  return attempts;
}

/** `Run 2, attempt 3`; the run only where there is more than one. */
export function attemptTitle({ run, attempt }: AttemptOf, hasRuns: boolean): string {
  const inRun = hasRuns ? `Run ${run}, ` : '';
  if (attempt !== undefined) return hasRuns ? `${inRun}attempt ${attempt}` : `Attempt ${attempt}`;
  return hasRuns ? `${inRun}before its first attempt` : 'Before its first attempt';
}

/** Adds an older page, without entries that both have. */
export function withOlder(newer: readonly TimelineEntry[], older: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const idOf = (entry: TimelineEntry): string =>
    `${entry.atMs} ${entry.run} ${entry.attempt} ${entry.kind} ${entry.text}`;
  const known = new Set(newer.map(idOf));
  return [...newer, ...older.filter((entry) => !known.has(idOf(entry)))];
}
