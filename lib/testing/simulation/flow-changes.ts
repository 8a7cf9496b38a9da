import type { JobItem } from '../../contract/protocol/job-item.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { type Flows, flowsAround, type ObservedFlow, type Place, type SeenBody, seenBody } from './observed-flow.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How long a name of a flow is kept: as long as that of a job that died (14 days of the DLQ, the queue's 7, and one). */
const KEPT_MS = 22 * DAY_MS;
/** A callback that could have run so long before its deadline must not have waited for it. */
const WELL_BEFORE_MS = 2 * 3600 * 1000;

/** An item is not what it was: is the change one that the promises about flows allow? */
export function checkFlowChange(flows: Flows, before: JobItem | undefined, now: JobItem): void {
  const { id, status } = now;
  if (now.total !== undefined && !flows.flows.has(id)) noteFlow(flows, now);
  const flow = flows.flows.get(id);
  if (flow !== undefined && now.cancelRequested) flow.isStopped = true;
  if (flow !== undefined && before !== undefined) checkSets(flows, flow, { before, now });
  if (before?.status === status && before.runNo === now.runNo && before.attempts === now.attempts) {
    checkNotHurried(flows, { before, now });
    return;
  }
  if (status === 'INPROGRESS') checkBegin(flows, { before, now });
  if (flow !== undefined && status === 'CANCELLED') flow.cancelledAtMs ??= flows.now();
  if (status === 'COMPLETED') checkOnce(flows, id);
  noteEnd(flows, id, now);
}

interface Change {
  readonly before: JobItem | undefined;
  readonly now: JobItem;
}

function noteFlow(flows: Flows, item: JobItem): void {
  const { id, total = 0, mode = 'settled', deadlineAt = 0, children = [], envelope, type, jobId } = item;
  const place = (): Place => ({ completed: false, died: false, noted: false, endedAtMs: 0 });
  flows.flows.set(id, {
    ...{ id, mode, children, deadlineAtMs: deadlineAt, places: Array.from({ length: total }, place) },
    ...{ begun: 0, isHurried: false, isLost: false, isStopped: false },
    ...{ cancelAskedAtMs: undefined, cancelledAtMs: undefined, cancelThroughAtMs: undefined },
  });
  const body = seenBody(envelope?.body ?? '');
  if (body === undefined) flows.violate(`${id} waits for its children without a body`);
  else {
    flows.bodies.set(id, body);
    flows.watch({ type, jobId, key: jobId, payload: body.payload });
    checkTakesOver(flows, id, body);
  }
  if ((item.open?.size ?? 0) !== total) flows.violate(`${id} has ${total} children, ${item.open?.size ?? 0} are open`);
}

/** A callback has its parent's place, and what is left of its chain. */
function checkTakesOver(flows: Flows, id: string, { then, flow }: SeenBody): void {
  const parent = [...flows.items.values()].find(({ passedOn }) => passedOn === id);
  const body = parent && flows.bodies.get(parent.id);
  if (body !== undefined && JSON.stringify([then, flow?.of]) !== JSON.stringify([body.then, body.flow?.of]))
    flows.violate(`${id} does not take over what ${parent?.id} had left: ${JSON.stringify([then, flow?.of])}`);
}

/** What the callback's item says of a place is so. */
function checkSets(flows: Flows, { id, places }: ObservedFlow, { before, now }: Change): void {
  for (const [n, place] of places.entries()) {
    const [wasOpen, wasDead] = [before?.open?.has(n) ?? false, before?.dead?.has(n) ?? false];
    const [isOpen, isDead] = [now.open?.has(n) ?? false, now.dead?.has(n) ?? false];
    if (isOpen && !wasOpen) flows.violate(`place ${n} of ${id} is open again`);
    if (isDead && !wasDead && !place.died) flows.violate(`place ${n} of ${id} is noted as dead, and nobody there died`);
    if ((wasOpen || wasDead) && !isOpen && !isDead) {
      if (!place.completed) flows.violate(`place ${n} of ${id} is noted as ended, and nobody there completed`);
      place.noted = true;
    }
  }
}

/** Whoever waits for its time waits for it, but a callback for its deadline. */
function checkNotHurried(flows: Flows, { before, now }: Change): void {
  const waits = now.status === 'SCHEDULED' || now.status === 'RETRYING';
  if (!waits || before?.dueAt === undefined || now.dueAt === undefined || now.dueAt >= before.dueAt) return;
  const isRelease = now.status === 'SCHEDULED' && before.dueAt === now.deadlineAt;
  if (isRelease || now.cancelRequested || flows.hurriedJobs.has(now.id)) return;
  flows.violate(`${now.id} is ${now.status}, and is hurried by ${before.dueAt - now.dueAt} ms`);
}

function checkBegin(flows: Flows, { before, now }: Change): void {
  const { id, runNo, attempts, cancelRequested } = now;
  for (const { cancelThroughAtMs } of flowsAround(id, flows)) {
    const isNew = runNo === 1 && attempts === 1 && !cancelRequested;
    if (isNew && cancelThroughAtMs !== undefined && flows.now() > cancelThroughAtMs)
      flows.violate(`${id} begins after its flow was cancelled`);
  }
  const flow = flows.flows.get(id);
  if (flow !== undefined && before?.status === 'SCHEDULED' && runNo === 1) checkCallback(flows, flow, now);
}

/** A callback begins from SCHEDULED. A snooze or a shutdown gives its first attempt back. */
function checkCallback(flows: Flows, flow: ObservedFlow, now: JobItem): void {
  const { id, places, mode, deadlineAtMs } = flow;
  flow.begun += 1;
  if (flow.begun > 1) {
    flows.violate(`${id} begins twice as a callback that waits`);
    return;
  }
  if (flow.cancelledAtMs !== undefined) flows.violate(`${id} was cancelled, and begins`);
  if (flow.cancelAskedAtMs !== undefined && flows.now() > flow.cancelAskedAtMs)
    flows.violate(`${id} begins though its flow is being cancelled`);
  for (const n of now.dead ?? [])
    if (places[n]?.noted) flows.violate(`${id} begins, and takes child ${n}, which completed, for dead`);
  if (flow.isHurried) return;
  const isEnded = ({ completed, died }: Place) => completed || (mode === 'settled' && died);
  if (flows.now() >= deadlineAtMs - CLOCK_SKEW_MS) {
    checkNotLate(flows, flow, places.every(isEnded));
    return;
  }
  if (!places.every(isEnded)) flows.violate(`${id} begins before its children have ended`);
  if (now.open !== undefined) flows.violate(`${id} begins before its deadline with ${now.open.size} places open`);
  if (mode === 'success' && now.dead !== undefined) flows.violate(`${id} begins though a child died`);
}

function checkNotLate(flows: Flows, { id, places, isLost, deadlineAtMs }: ObservedFlow, haveEnded: boolean): void {
  if (!haveEnded || isLost || flows.purged.has(id) || isOfPurged(flows, id)) return;
  const endedAtMs = Math.max(flows.quietSinceMs, ...places.map((place) => place.endedAtMs));
  if (endedAtMs + WELL_BEFORE_MS < deadlineAtMs) flows.violate(`${id} waited for its deadline, and all had ended`);
}

/** The message of the job that staged the batch was purged: nobody sends the rest of it. */
export const isOfPurged = (flows: Flows, id: string): boolean =>
  [...flows.items.values()].some((item) => item.passedOn === id && flows.purged.has(item.id));

function checkOnce({ completedAtMs, bodies, now, violate }: Flows, id: string): void {
  const lastMs = completedAtMs.get(id);
  const body = bodies.get(id);
  const isOfFlow = body !== undefined && (body.flow !== undefined || body.then.length > 0);
  completedAtMs.set(id, now());
  if (isOfFlow && lastMs !== undefined && now() < lastMs + KEPT_MS - CLOCK_SKEW_MS)
    violate(`${id} completes a second time after ${Math.round((now() - lastMs) / 1000)} s`);
}

/** Whoever has nothing to hand its place to ends it. */
export function noteEnd(flows: Flows, id: string, item: JobItem): void {
  const body = flows.bodies.get(id);
  const of = (body?.flow ?? item.flow)?.of;
  const place = of && flows.flows.get(`${of.type}#${of.key}`)?.places[of.place];
  if (place === undefined) return;
  const handsOn = item.passedOn !== undefined || (body?.then.length ?? 0) > 0;
  if (item.status === 'DEAD' || item.status === 'CANCELLED' || item.status === 'EXPIRED') place.died = true;
  else if (item.status === 'COMPLETED' && !handsOn) place.completed = true;
  else return;
  place.endedAtMs = flows.now();
}
