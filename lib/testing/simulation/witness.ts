import type { Job } from '../../contract/job.ts';
import type { JobDefinition } from '../../contract/job-definition.ts';
import type { JobItem } from '../../contract/job-item.ts';
import { METRICS } from '../../contract/names.ts';
import type { QueueSettings } from '../../contract/queue-settings.ts';
import type { Clock } from '../../engine/clock.ts';
import { canonical, type Item } from '../expressions.ts';
import { checkChange } from './changes.ts';
import type { Trace } from './world.ts';

/** Clocks differ by at most this much (architecture, "What it guarantees"). */
export const SKEW_MS = 500;

/** One idempotency key, its job, and all that was seen of it. */
export interface Watched {
  readonly key: string;
  /** Jobs that were sent under this key, and their payloads as the schema reads them. */
  readonly payloads: Map<string, Set<string>>;
  /** Payloads that a redrive brought, by job. */
  readonly mended: Map<string, Set<string>>;
  /** Runs whose dead letter was sent back. */
  readonly redriven: Set<number>;
  readonly deadRuns: Set<number>;
  readonly begins: Map<number, number>;
  readonly starts: Start[];
  raw: Item | undefined;
  item: JobItem | undefined;
  endedAtMs: number;
  /** Since when it waits for its due time, and whether in its queue. */
  waiting: Waiting | undefined;
  /** Its message was taken away by what Sluice does not promise to survive: a purge. */
  stranded: boolean;
  /** A purge may have taken what was released: it comes a day late. */
  purged: boolean;
  /** Its retention passed: what comes under its key then is a job of its own. */
  forgotten: boolean;
}

interface Waiting {
  readonly dueAt: number;
  readonly inPlace: boolean;
  /** Faults were drawn when it began to wait. */
  readonly stormy: boolean;
  /** Whose attempt it was that left it waiting. */
  readonly owner: string | undefined;
}

interface Start {
  readonly run: number;
  readonly owner: string | undefined;
  readonly payload: string;
}

/** Sees all that happens and holds it against the promises. */
export interface Witness {
  readonly violations: string[];
  readonly jobs: ReadonlyMap<string, Watched>;
  /** What the metrics said, and what was so. */
  readonly counts: Map<string, number>;
  readonly truth: Map<string, number>;
  violate(what: string): void;
  watch(sent: { jobId: string; key: string; payload: unknown }): void;
  /** Looks at every watched job's item. */
  look(): void;
  /** A handler starts. @param nowMs by the clock of its process */
  started(job: Job, nowMs: number): void;
  /** A metric was written. */
  counted(name: string): void;
  /** A letter was sent to the dead-letter queue. */
  letter(attributes: object): void;
  redriven(letter: { jobId: string; run: number; payload: unknown }): void;
  /** The queue is being purged. @param held keys of the messages that somebody is at work on */
  purging(held: ReadonlySet<string>): void;
  /** All is calm from now on. */
  calmed(): void;
  /** The watched job with this id, whatever its key. */
  byJobId(jobId: string): Watched | undefined;
}

export interface WitnessDeps {
  readonly clock: Clock;
  readonly raw: (key: string) => Item | undefined;
  readonly item: (key: string) => JobItem | undefined;
  /** Whether the process that made this owner still lives. */
  readonly isAlive: (owner: string) => boolean;
  readonly stormy: () => boolean;
  readonly trace: Trace | undefined;
  readonly subject: { readonly definition: JobDefinition };
  readonly settings: QueueSettings;
}

export function makeWitness(deps: WitnessDeps): Witness {
  const { trace, subject } = deps;
  const jobs = new Map<string, Watched>();
  const [counts, truth] = [new Map<string, number>(), new Map<string, number>()];
  let calmSinceMs = Number.POSITIVE_INFINITY;
  const read = (payload: unknown) => canonical(subject.definition.payload.safeParse(payload).data);
  const witness: Witness = {
    violations: [],
    jobs,
    counts,
    truth,
    violate(what) {
      witness.violations.push(what);
      trace?.('BROKEN', what);
    },
    watch({ jobId, key, payload }) {
      const watched = jobs.get(key) ?? unseen(key);
      jobs.set(key, watched);
      add(watched.payloads, jobId, read(payload));
    },
    look() {
      for (const watched of jobs.values()) {
        const raw = deps.raw(watched.key);
        if (raw === watched.raw) continue;
        watched.raw = raw;
        checkChange(watched, raw && deps.item(watched.key), { ...deps, witness });
      }
    },
    started(job, nowMs) {
      const watched = jobs.get(job.key);
      if (watched === undefined) return witness.violate(`${job.id} starts under key ${job.key}, which nobody sent`);
      checkStart(watched, { job, nowMs, payload: canonical(job.payload) }, witness);
      checkLateness(watched, { job, nowMs, calmSinceMs, ...deps }, witness);
      watched.waiting = undefined;
    },
    counted: (name) => count(counts, name),
    letter: (attributes) => checkLetter(attributes as Attributes, witness),
    redriven({ jobId, run, payload }) {
      const watched = witness.byJobId(jobId);
      watched?.redriven.add(run);
      if (watched !== undefined) add(watched.mended, jobId, read(payload));
    },
    purging(held) {
      for (const watched of jobs.values()) {
        watched.purged = true;
        if (held.has(watched.key) || needsItsMessage(watched)) watched.stranded = true;
      }
    },
    calmed() {
      calmSinceMs = deps.clock.now();
    },
    byJobId: (jobId) => {
      const of = [...jobs.values()];
      return of.find(({ item }) => item?.jobId === jobId) ?? of.find(({ payloads }) => payloads.has(jobId));
    },
  };
  return witness;
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const unseen = (key: string): Watched => ({
  key,
  payloads: new Map(),
  mended: new Map(),
  redriven: new Set(),
  deadRuns: new Set(),
  begins: new Map(),
  starts: [],
  raw: undefined,
  item: undefined,
  endedAtMs: 0,
  waiting: undefined,
  stranded: false,
  purged: false,
  forgotten: false,
});

function add(all: Map<string, Set<string>>, name: string, value: string): void {
  all.set(name, (all.get(name) ?? new Set()).add(value));
}

/** A job of which the queue's message is all there is: not begun, waiting in its queue, running, owing a letter, sent back. */
function needsItsMessage({ item, redriven, waiting }: Watched): boolean {
  if (item === undefined || item.status === 'INPROGRESS') return true;
  if (item.status === 'DEAD' && redriven.has(item.runNo)) return true;
  const waits = item.status === 'SCHEDULED' || item.status === 'RETRYING';
  return (waits && waiting?.inPlace === true) || item.undelivered === true;
}

interface StartFacts {
  readonly job: Job;
  readonly nowMs: number;
  readonly payload: string;
}

function checkStart(watched: Watched, { job, nowMs, payload }: StartFacts, { violate }: Witness): void {
  const { id, run } = job;
  const { item, waiting, starts } = watched;
  const owner = item?.owner;
  if (waiting !== undefined && nowMs < waiting.dueAt - SKEW_MS)
    violate(`${id} starts ${waiting.dueAt - nowMs} ms early`);
  if (item?.status === 'INPROGRESS') {
    if (item.runNo !== run) violate(`${id} starts as run ${run}, its item is at ${item.runNo}`);
    if (starts.some((start) => start.owner === owner)) violate(`${id} starts twice in one begin`);
    if (item.jobId !== id) violate(`${id} starts, but ${item.jobId} holds the key`);
  }
  const known = watched.payloads.get(id)?.has(payload) || (run > 1 && watched.mended.get(id)?.has(payload));
  if (!known) violate(`${id} starts with a payload that is not its own: ${payload}`);
  if (starts.some((start) => start.run === run && start.payload !== payload && item?.jobId === id))
    violate(`${id} starts with another payload than before in its run ${run}`);
  starts.push({ run, owner, payload });
}

/** What waits in its queue comes within an invocation's time of its due time; nothing waits for hours beyond it. */
function checkLateness(
  { waiting, purged }: Watched,
  facts: { job: Job; nowMs: number; calmSinceMs: number } & Pick<WitnessDeps, 'settings' | 'isAlive' | 'subject'>,
  { violate }: Witness,
): void {
  if (waiting === undefined || purged) return;
  const { dueAt, inPlace, stormy, owner = '' } = waiting;
  const lateMs = facts.nowMs - Math.max(dueAt, facts.calmSinceMs);
  // A process that died right after could not set its message's timer: it comes after the queue's visibility timeout.
  // A type's rate holds its jobs back as long as it must.
  const limited = facts.subject.definition.rateLimit !== undefined;
  const timed = inPlace && !stormy && !limited && facts.isAlive(owner);
  const allowedMs = timed ? (facts.settings.functionTimeoutSeconds + 30) * 1000 : 6 * 3600 * 1000;
  if (lateMs > allowedMs) violate(`${facts.job.id} starts ${Math.round(lateMs / 1000)} s late`);
}

type Attributes = Record<string, { readonly StringValue?: string } | undefined>;

/** Each letter of ours belongs to a job that died in that run, and says why. */
function checkLetter({ jobId, run, reason }: Attributes, { byJobId, violate }: Witness): void {
  const id = jobId?.StringValue ?? '';
  const watched = byJobId(id);
  const runNo = Number(run?.StringValue);
  if (watched === undefined || !watched.deadRuns.has(runNo)) {
    violate(`a letter of ${id}, run ${runNo}, which is not dead`);
    return;
  }
  const { item } = watched;
  if (item?.status === 'DEAD' && item.runNo === runNo && item.reason !== reason?.StringValue)
    violate(`the letter of ${id} says ${reason?.StringValue}, its item ${item.reason}`);
}

/** Metrics never exceed what was so. */
export function checkMetrics({ counts, truth, violate }: Witness): void {
  for (const name of [METRICS.completed, METRICS.deadLettered, METRICS.stalled]) {
    const [said, was] = [counts.get(name) ?? 0, truth.get(name) ?? 0];
    if (said > was) violate(`${name} was counted ${said} times, it happened ${was} times`);
  }
}
