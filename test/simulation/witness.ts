import type { Job } from '../../lib/contract/job.ts';
import type { JobItem } from '../../lib/contract/job-item.ts';
import type { Clock } from '../../lib/engine/clock.ts';

/** Clocks differ by at most this much (architecture, "What it guarantees"). */
const SKEW_MS = 500;

interface Start {
  readonly run: number;
  readonly owner: string | undefined;
}

/** Sees all that happens and holds it against the promises. */
export interface Witness {
  readonly violations: string[];
  readonly counts: Map<string, number>;
  readonly meter: { count(name: string): void; milliseconds(): void; flush(): void };
  /** Names a job to be watched. */
  watch(jobId: string): void;
  /** Looks at every watched job's item. */
  look(): void;
  /** A handler starts. @param nowMs by the clock of its process */
  started(job: Job, nowMs: number): void;
  /** Handler starts of a job's run. */
  starts(jobId: string, run: number): number;
  violate(what: string): void;
}

export function makeWitness({ clock, item }: { clock: Clock; item: (jobId: string) => JobItem | undefined }): Witness {
  const violations: string[] = [];
  const counts = new Map<string, number>();
  const starts = new Map<string, Start[]>();
  const due = new Map<string, number>();
  const violate = (what: string) => void violations.push(what);
  const watch = (jobId: string) => void starts.set(jobId, []);
  const seen = new Map<string, JobItem>();
  const look = () => {
    for (const jobId of starts.keys()) {
      const now = item(jobId);
      if (now === undefined) continue;
      const before = seen.get(jobId);
      seen.set(jobId, now);
      const { status, dueAt, attempts, maxAttempts, owner } = now;
      if ((status === 'SCHEDULED' || status === 'RETRYING') && dueAt !== undefined) due.set(jobId, dueAt);
      if (attempts > maxAttempts) violate(`${jobId} has ${attempts} attempts of ${maxAttempts}`);
      const lived = before?.status === 'INPROGRESS' && (before.leaseUntil ?? 0) > clock.now() + SKEW_MS;
      if (lived && status === 'INPROGRESS' && owner !== before.owner)
        violate(`${jobId} was begun while its lease lived`);
    }
  };
  return {
    violations,
    counts,
    meter: {
      count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
      milliseconds: () => undefined,
      flush: () => undefined,
    },
    watch,
    look,
    violate,
    starts: (jobId, run) => (starts.get(jobId) ?? []).filter((start) => start.run === run).length,
    started({ id, run }, nowMs) {
      const before = starts.get(id) ?? [];
      const { owner, status, runNo } = item(id) ?? {};
      const dueAt = due.get(id);
      if (dueAt !== undefined && nowMs < dueAt - SKEW_MS) violate(`${id} starts ${dueAt - nowMs} ms early`);
      due.delete(id);
      if (status === 'INPROGRESS' && runNo !== run) violate(`${id} starts as run ${run}, its item is at ${runNo}`);
      if (status === 'INPROGRESS' && before.some((start) => start.owner === owner))
        violate(`${id} starts twice in one begin`);
      before.push({ run, owner });
      starts.set(id, before);
    },
  };
}
