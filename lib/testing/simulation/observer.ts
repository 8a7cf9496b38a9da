import { hash } from 'node:crypto';
import type { Job } from '../../contract/job.ts';
import { METRICS } from '../../contract/names.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { canonical } from '../aws/dynamodb/expressions.ts';
import { checkChange } from './change-invariants.ts';
import { count, type RefusedBody, type Watched, type Witness, type WitnessDeps } from './observed.ts';

export function makeWitness(deps: WitnessDeps): Witness {
  const { trace, subject } = deps;
  const jobs = new Map<string, Watched>();
  let calmSinceMs = Number.POSITIVE_INFINITY;
  const read = (payload: unknown) => canonical(subject.definition.payload.safeParse(payload).data);
  const witness: Witness & { readonly refusals: (RefusedBody & { readonly hash: string })[] } = {
    violations: [],
    refusals: [],
    jobs,
    counts: new Map(),
    truth: new Map(),
    violate(what) {
      witness.violations.push(what);
      trace?.('BROKEN', what);
    },
    watch({ jobId, key, payload }) {
      const watched = jobs.get(key) ?? unseen(key);
      jobs.set(key, watched);
      add(watched.payloads, jobId, read(payload));
    },
    refused(sent) {
      witness.refusals.push({ ...sent, hash: hash('sha256', sent.body, 'base64') });
      if (!jobs.has(sent.messageId)) jobs.set(sent.messageId, { ...unseen(sent.messageId), spare: true });
    },
    look() {
      for (const watched of jobs.values()) lookAt(watched, deps, witness);
    },
    started: (job, nowMs) => checkStarted(jobs.get(job.key), { ...deps, job, nowMs, calmSinceMs }, witness),
    counted: (name) => count(witness.counts, name),
    letter: (attributes) => checkLetter(attributes as Attributes, witness),
    redriven({ jobId, run, payload }) {
      const watched = witness.byJobId(jobId);
      watched?.redriven.add(run);
      if (watched !== undefined) add(watched.mended, jobId, read(payload));
    },
    purging(held) {
      for (const watched of jobs.values()) purge(watched, held);
    },
    deletingLate: (keys) => deleteLate(jobs, keys),
    calmed() {
      calmSinceMs = deps.clock.now();
    },
    byJobId: (jobId) => jobOf([...jobs.values()], jobId),
  };
  return witness;
}

const unseen = (key: string): Watched => ({
  key,
  payloads: new Map(),
  mended: new Map(),
  redriven: new Set(),
  deadRuns: new Set(),
  diedOf: new Set(),
  spare: false,
  begins: new Map(),
  starts: [],
  raw: undefined,
  item: undefined,
  endedAtMs: 0,
  waiting: undefined,
  stranded: false,
  purged: false,
  deletedLate: false,
  forgotten: false,
});

function add(all: Map<string, Set<string>>, name: string, value: string): void {
  all.set(name, (all.get(name) ?? new Set()).add(value));
}

function deleteLate(jobs: ReadonlyMap<string, Watched>, keys: ReadonlySet<string>): void {
  for (const [key, watched] of jobs) watched.deletedLate ||= keys.has(key);
}

/** The job with this id that holds its key; else one that was sent with it. */
const jobOf = (watched: readonly Watched[], jobId: string): Watched | undefined =>
  watched.find(({ item }) => item?.jobId === jobId) ??
  watched.find(({ payloads }) => payloads.has(jobId)) ??
  watched.find(({ key, spare }) => spare && key === jobId);

/** Its item as it is now: what changed since the last look is held against the promises. */
function lookAt(watched: Watched, deps: WitnessDeps, witness: Witness): void {
  const raw = deps.raw(watched.key);
  if (raw === watched.raw) return;
  watched.raw = raw;
  checkChange(watched, raw && deps.item(watched.key), { ...deps, witness });
}

/** @param held keys of the messages that somebody is at work on */
function purge(watched: Watched, held: ReadonlySet<string>): void {
  watched.purged = true;
  if (held.has(watched.key) || needsItsMessage(watched)) watched.stranded = true;
}

/** A job of which the queue's message is all there is: not begun, waiting in its queue, running, owing a letter, sent back. */
function needsItsMessage({ item, redriven, waiting }: Watched): boolean {
  if (item === undefined || item.status === 'INPROGRESS') return true;
  if (item.status === 'DEAD' && redriven.has(item.runNo)) return true;
  const waits = item.status === 'SCHEDULED' || item.status === 'RETRYING';
  return (waits && waiting?.inPlace === true) || item.undelivered === true;
}

interface StartFacts extends Pick<WitnessDeps, 'settings' | 'isAlive' | 'subject' | 'queued' | 'crashes'> {
  readonly job: Job;
  /** By the clock of the process that starts it. */
  readonly nowMs: number;
  readonly calmSinceMs: number;
}

function checkStarted(watched: Watched | undefined, facts: StartFacts, witness: Witness): void {
  const { id, key } = facts.job;
  if (watched === undefined) {
    witness.violate(`${id} starts under key ${key}, which nobody sent`);
    return;
  }
  checkStart(watched, facts, witness);
  checkLateness(watched, facts, witness);
  watched.waiting = undefined;
}

function checkStart(watched: Watched, { job, nowMs }: StartFacts, { violate }: Witness): void {
  const { id, run } = job;
  const payload = canonical(job.payload);
  const { item, waiting, starts } = watched;
  const owner = item?.owner;
  if (waiting !== undefined && nowMs < waiting.dueAt - CLOCK_SKEW_MS)
    violate(`${id} starts ${waiting.dueAt - nowMs} ms early`);
  if (item?.status === 'INPROGRESS') {
    if (item.runNo !== run) violate(`${id} starts as run ${run}, its item is at ${item.runNo}`);
    if (starts.some((start) => start.owner === owner)) violate(`${id} starts twice in one begin`);
    if (item.jobId !== id) violate(`${id} starts, but ${item.jobId} holds the key`);
  }
  // Whoever comes under the key once its retention has passed is a job of their own, though nobody told of it.
  const isNew = watched.forgotten && !watched.payloads.has(id);
  const known = isNew || watched.payloads.get(id)?.has(payload) || (run > 1 && watched.mended.get(id)?.has(payload));
  if (!known) violate(`${id} starts with a payload that is not its own: ${payload}`);
  if (starts.some((start) => start.run === run && start.payload !== payload && item?.jobId === id))
    violate(`${id} starts with another payload than before in its run ${run}`);
  starts.push({ run, owner, payload });
}

/** What waits in its queue comes after what is there with it, batch by batch; nothing waits for hours beyond its time. */
function checkLateness({ waiting, purged, deletedLate }: Watched, facts: StartFacts, { violate }: Witness): void {
  if (waiting === undefined || purged) return;
  const { dueAt, inPlace, stormy, owner = '' } = waiting;
  const lateMs = facts.nowMs - Math.max(dueAt, facts.calmSinceMs);
  // A process that died right after could not set its message's timer, and an invocation that crashed with it in hand did not
  // begin it: it comes after the queue's visibility timeout. So does a copy, if the message itself is deleted meanwhile.
  // A type's rate holds its jobs back as long as it must.
  const { rateLimit, batchSize } = facts.subject.definition;
  const limited = rateLimit !== undefined;
  const batches = Math.max(1, Math.ceil(facts.queued() / batchSize));
  const unharmed = facts.isAlive(owner) && facts.crashes() === waiting.crashes;
  const timed = inPlace && !stormy && !limited && !deletedLate && unharmed;
  const allowedMs = timed ? (batches * facts.settings.functionTimeoutSeconds + 30) * 1000 : 6 * 3600 * 1000;
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
