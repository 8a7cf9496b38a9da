import { hash } from 'node:crypto';
import { METRICS } from '../../contract/names.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { canonical } from '../aws/dynamodb/values.ts';
import { makeBreakerObserver } from './breaker-observer.ts';
import { checkChange } from './change-invariants.ts';
import {
  count,
  type ObservedJob,
  type Observer,
  type ObserverDeps,
  type RefusedBody,
  type Start,
  type StartFacts,
} from './observed.ts';
import { checkUnclaimedStart, isClaimed, noteReceive } from './unclaimed.ts';

export function makeObserver(deps: ObserverDeps): Observer {
  const { trace, subject } = deps;
  const jobs = new Map<string, ObservedJob>();
  let settlingSinceMs = Number.POSITIVE_INFINITY;
  const read = (payload: unknown) => canonical(subject.definition.payload.safeParse(payload).data);
  const violate = (what: string) => observer.violate(what);
  const { breaker } = subject.definition;
  const observer: Observer & { readonly refusals: (RefusedBody & { readonly hash: string })[] } = {
    violations: deps.violations,
    breaker: breaker && makeBreakerObserver(breaker, { clock: deps.clock, item: deps.breakerItem, violate }),
    refusals: [],
    jobs,
    counts: new Map(),
    truth: new Map(),
    violate(what) {
      observer.violations.push(what);
      trace?.('BROKEN', what);
    },
    watch({ jobId, key, payload }) {
      const observed = jobs.get(key) ?? unseen(key);
      jobs.set(key, observed);
      add(observed.payloads, jobId, read(payload));
      if (!subject.older && isCarried(observed, jobId)) observed.stranded = false;
    },
    refused(sent) {
      observer.refusals.push({ ...sent, hash: hash('sha256', sent.body, 'base64') });
      if (!jobs.has(sent.messageId)) jobs.set(sent.messageId, { ...unseen(sent.messageId), spare: true });
    },
    look() {
      observer.breaker?.look();
      for (const observed of jobs.values()) lookAt(observed, deps, observer);
    },
    started: (job, starting) =>
      checkStarted(jobs.get(job.key), { ...deps, ...starting, job, settlingSinceMs }, observer),
    received(keys, receive) {
      for (const key of keys) noteReceive(jobs.get(key), receive);
    },
    counted: (name) => count(observer.counts, name),
    deadLetter: (attributes) => checkDeadLetter(attributes as Attributes, observer),
    redriven({ jobId, run, payload }) {
      const observed = observer.byJobId(jobId);
      observed?.redriven.add(run);
      if (observed !== undefined) add(observed.corrected, jobId, read(payload));
    },
    purging(held) {
      for (const observed of jobs.values()) purge(observed, held);
    },
    deletingLate: (keys) => deleteLate(jobs, keys),
    settlingDown() {
      settlingSinceMs = deps.clock.now();
    },
    byJobId: (jobId) => jobOf([...jobs.values()], jobId),
  };
  return observer;
}

const unseen = (key: string): ObservedJob => ({
  key,
  payloads: new Map(),
  corrected: new Map(),
  redriven: new Set(),
  deadRuns: new Set(),
  diedOf: new Set(),
  spare: false,
  begins: new Map(),
  starts: [],
  firstReceives: { count: 0, renewed: 0, atMs: Number.POSITIVE_INFINITY },
  appearedAtMs: undefined,
  madeBy: undefined,
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

function deleteLate(jobs: ReadonlyMap<string, ObservedJob>, keys: ReadonlySet<string>): void {
  for (const [key, observed] of jobs) observed.deletedLate ||= keys.has(key);
}

/** The job with this id that holds its key; else one that was sent with it. */
const jobOf = (observed: readonly ObservedJob[], jobId: string): ObservedJob | undefined =>
  observed.find(({ item }) => item?.jobId === jobId) ??
  observed.find(({ payloads }) => payloads.has(jobId)) ??
  observed.find(({ key, spare }) => spare && key === jobId);

/** Its item as it is now: what changed since the last look is held against the promises. */
function lookAt(observed: ObservedJob, deps: ObserverDeps, observer: Observer): void {
  const raw = deps.raw(observed.key);
  if (raw === observed.raw) return;
  observed.raw = raw;
  checkChange(observed, raw && deps.item(observed.key), { ...deps, observer });
}

/** @param held keys of the messages that somebody is at work on */
function purge(observed: ObservedJob, held: ReadonlySet<string>): void {
  observed.purged = true;
  if (held.has(observed.key) || needsItsMessage(observed)) observed.stranded = true;
}

/** A job that its message, sent again, carries on: it holds its key and has not ended. */
function isCarried({ item, payloads }: ObservedJob, jobId: string): boolean {
  if (payloads.size > 1) return false;
  return item === undefined || (item.jobId === jobId && item.runNo === 1 && item.status !== 'DEAD');
}

/** A job of which the queue's message is all there is: not begun, waiting in its queue, running, its dead letter pending, sent back. */
function needsItsMessage({ item, redriven, waiting }: ObservedJob): boolean {
  if (item === undefined || item.status === 'INPROGRESS') return true;
  if (item.status === 'DEAD' && redriven.has(item.runNo)) return true;
  const waits = item.status === 'SCHEDULED' || item.status === 'RETRYING';
  return (waits && waiting?.inPlace === true) || item.undelivered === true;
}

function checkStarted(observed: ObservedJob | undefined, facts: StartFacts, observer: Observer): void {
  const { id, key } = facts.job;
  if (observed === undefined) {
    observer.violate(`${id} starts under key ${key}, which nobody sent`);
    return;
  }
  if (facts.isOptimistic && !isClaimed(observed, facts)) {
    checkUnclaimedStart(observed, facts, observer);
    checkPayload(observed, facts, { owner: undefined, observer });
    return;
  }
  checkStart(observed, facts, observer);
  checkLateness(observed, facts, observer);
  observed.waiting = undefined;
}

function checkStart(observed: ObservedJob, facts: StartFacts, observer: Observer): void {
  const { violate } = observer;
  const { job, nowMs } = facts;
  const { id, run } = job;
  const { item, waiting, starts } = observed;
  const owner = item?.owner;
  if (waiting !== undefined && nowMs < waiting.dueAt - CLOCK_SKEW_MS)
    violate(`${id} starts ${waiting.dueAt - nowMs} ms early`);
  if (item?.status === 'INPROGRESS') {
    if (item.runNo !== run) violate(`${id} starts as run ${run}, its item is at ${item.runNo}`);
    if (starts.some((start) => start.owner === owner)) violate(`${id} starts twice in one begin`);
    if (item.jobId !== id) violate(`${id} starts, but ${item.jobId} holds the key`);
  }
  if (facts.isOptimistic && owner === observed.madeBy && !facts.isAlone && observed.firstReceives.renewed === 0)
    violate(`${id} was received before, its row is made now, and it starts beside others`);
  checkPayload(observed, facts, { owner, observer });
}

function checkPayload(
  observed: ObservedJob,
  { job }: StartFacts,
  { owner, observer: { violate } }: { readonly owner: string | undefined; readonly observer: Observer },
): void {
  const { id, run } = job;
  const { item, starts } = observed;
  const payload = canonical(job.payload);
  // Whoever comes under the key once its retention has passed is a job of their own, though it was never reported.
  const isNew = observed.forgotten && !observed.payloads.has(id);
  const known =
    isNew || observed.payloads.get(id)?.has(payload) || (run > 1 && observed.corrected.get(id)?.has(payload));
  if (!known) violate(`${id} starts with a payload that is not its own: ${payload}`);
  const isOther = (start: Start) => start.jobId === id && start.run === run && start.payload !== payload;
  if (item?.jobId === id && starts.some(isOther))
    violate(`${id} starts with another payload than before in its run ${run}`);
  starts.push({ jobId: id, run, owner, payload });
}

/** What waits in its queue comes after what is there with it, batch by batch; nothing waits for hours beyond its time. */
function checkLateness({ waiting, purged, deletedLate }: ObservedJob, facts: StartFacts, { violate }: Observer): void {
  if (waiting === undefined || purged) return;
  const { dueAt, inPlace, stormy, owner = '' } = waiting;
  const lateMs = facts.nowMs - Math.max(dueAt, facts.settlingSinceMs);
  // A process that died right after could not set its message's timer, and an invocation that crashed with it in hand did not
  // begin it: it comes after the queue's visibility timeout. So does a copy, if the message itself is deleted meanwhile.
  // A type's rate, or breaker, holds its jobs back as long as it must, and this version those of the next one.
  const { rateLimit, breaker, batchSize } = facts.subject.definition;
  const limited = rateLimit !== undefined || breaker !== undefined;
  const batches = Math.max(1, Math.ceil(facts.queued() / batchSize));
  const unharmed = facts.isAlive(owner) && facts.crashes() === waiting.crashes;
  const kept = facts.subject.upgrades ?? false;
  const timed = inPlace && !stormy && !limited && !kept && !deletedLate && unharmed;
  const allowedMs = timed ? (batches * facts.settings.functionTimeoutSeconds + 30) * 1000 : 6 * 3600 * 1000;
  if (lateMs > allowedMs) violate(`${facts.job.id} starts ${Math.round(lateMs / 1000)} s late`);
}

type Attributes = Record<string, { readonly StringValue?: string } | undefined>;

/** Each dead letter of ours belongs to a job that died in that run, and says why. */
function checkDeadLetter({ jobId, run, reason }: Attributes, { byJobId, violate }: Observer): void {
  const id = jobId?.StringValue ?? '';
  const observed = byJobId(id);
  const runNo = Number(run?.StringValue);
  if (observed === undefined || !observed.deadRuns.has(runNo)) {
    violate(`a dead letter of ${id}, run ${runNo}, which is not dead`);
    return;
  }
  const { item } = observed;
  if (item?.status === 'DEAD' && item.runNo === runNo && item.reason !== reason?.StringValue)
    violate(`the dead letter of ${id} says ${reason?.StringValue}, its item ${item.reason}`);
}

/** Metrics never exceed what was so. */
export function checkMetrics({ counts, truth, violate }: Observer): void {
  for (const name of [METRICS.completed, METRICS.deadLettered, METRICS.expired, METRICS.stalled]) {
    const [said, was] = [counts.get(name) ?? 0, truth.get(name) ?? 0];
    if (said > was) violate(`${name} was counted ${said} times, it happened ${was} times`);
  }
}
