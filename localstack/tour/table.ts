import type { SentJob } from './sent.ts';
import type { Delay, Timeline } from './timeline.ts';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const delayText = ({ plannedMs, actualMs, parked }: Delay) =>
  `${seconds(plannedMs)} → ${seconds(actualMs)}${parked ? ' (EventBridge)' : ''}`;

/** The final states: job, status, attempts, planned and actual retry delays, and where it ended. */
export function finalTable(sent: readonly SentJob[], timeline: Timeline, endedAs: ReadonlyMap<string, string>): string {
  const rows = sent.map(({ job, jobId, item }) => {
    const delays = timeline.delays(job.type, jobId).map(delayText).join(', ');
    const duplicates = timeline.count(job.type, jobId, 'job.duplicate');
    const twice = job.times === 2 ? ` (sent twice${duplicates > 0 ? ', one dropped' : ''})` : '';
    const ended = `${endedAs.get(jobId) ?? ''}${twice}`;
    return [`${job.type} ${job.label}`, item?.status ?? 'LOST', String(item?.attempts ?? ''), delays || '—', ended];
  });
  const all = [['JOB', 'STATUS', 'ATTEMPTS', 'DELAYS planned → actual', 'ENDED AS'], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}
