import type { Emulator } from '../emulator.ts';
import { type DeployedFunction, tailLogs } from '../log-tail.ts';

/** A retry as the functions logged it. */
export interface Delay {
  readonly plannedMs: number;
  /** From the failure's line to the next attempt's first line. */
  readonly actualMs: number;
  /** `job.parked`: it went through the jobs table and the EventBridge rule. */
  readonly parked: boolean;
}

interface JobLine {
  readonly message: string;
  readonly atMs: number;
  readonly delayMs: number;
}

/** The log lines of jobs, by job type and id. */
export interface Timeline {
  delays(type: string, jobId: string): Delay[];
  count(type: string, jobId: string, event: string): number;
  stop(): Promise<void>;
}

const WAITS = ['job.retrying', 'job.parked', 'job.snoozed'];

export function followJobs(emulator: Emulator, functions: readonly DeployedFunction[]): Timeline {
  const lines = new Map<string, JobLine[]>();
  const stop = tailLogs(
    emulator,
    () => functions,
    ({ source, message }) => {
      const fields = jobLine(message);
      if (fields === undefined) return;
      const key = `${source}#${fields.jobId}`;
      lines.set(
        key,
        [...(lines.get(key) ?? []), fields].sort((a, b) => a.atMs - b.atMs),
      );
    },
  );
  const linesOf = (type: string, jobId: string) => lines.get(`${type}#${jobId}`) ?? [];
  return {
    stop,
    count: (type, jobId, event) => linesOf(type, jobId).filter(({ message }) => message === event).length,
    delays(type, jobId) {
      const all = linesOf(type, jobId);
      return all.flatMap((line, i) => {
        if (!WAITS.includes(line.message)) return [];
        const next = all.slice(i + 1).find(({ message }) => message === 'job.started');
        if (next === undefined) return [];
        return [{ plannedMs: line.delayMs, actualMs: next.atMs - line.atMs, parked: line.message === 'job.parked' }];
      });
    },
  };
}

function jobLine(text: string): (JobLine & { jobId: string }) | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { message, timestamp, jobId, delayMs } = JSON.parse(text) as Record<string, unknown>;
    if (typeof jobId !== 'string' || typeof message !== 'string') return undefined;
    return { message, jobId, atMs: Date.parse(String(timestamp)), delayMs: Number(delayMs ?? 0) };
  } catch {
    return undefined;
  }
}
