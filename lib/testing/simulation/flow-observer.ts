import { checkFlowChange, noteEnd } from './flow-changes.ts';
import { checkFlowEnds } from './flow-ends.ts';
import type { Stage } from './model.ts';
import { namesOf } from './names-of.ts';
import { type FlowObserver, type Flows, flowsAround, seenBody } from './observed-flow.ts';
import { worldOf } from './stage.ts';

type Given = Pick<Stage, 'clock' | 'dynamoDb' | 'jobsTable' | 'types' | 'violations' | 'trace'>;

export function makeFlowObserver(stage: Given): FlowObserver {
  const { clock, dynamoDb, jobsTable, types, violations, trace } = stage;
  const seenItems = new Map<string, unknown>();
  const seenMessages = new Set<string>();
  const table = dynamoDb.table(jobsTable);
  const flows: Flows = {
    ...{ flows: new Map(), bodies: new Map(), items: new Map(), purged: new Set(), messages: [] },
    ...{ hurriedJobs: new Set(), completedAtMs: new Map(), quietSinceMs: Number.POSITIVE_INFINITY, now: clock.now },
    violate(what) {
      violations.push(what);
      trace?.('BROKEN', what);
    },
    watch({ type, ...job }) {
      const { observer } = worldOf(type, { types });
      if (!observer.jobs.has(job.key)) observer.watch(job);
    },
    look() {
      for (const raw of table.items()) {
        const id = raw.id?.S ?? '';
        if (seenItems.get(id) === raw || id.startsWith('~')) continue;
        seenItems.set(id, raw);
        const now = dynamoDb.item(jobsTable, id);
        if (now === undefined) continue;
        const before = flows.items.get(id);
        flows.items.set(id, now);
        checkFlowChange(flows, before, now);
      }
    },
    sent(type, queue) {
      for (const message of queue.messages()) {
        if (seenMessages.has(message.messageId)) continue;
        seenMessages.add(message.messageId);
        flows.messages.push({ ...message, type });
        noteMessage(flows, type, message);
      }
    },
    purging(type, queue) {
      for (const message of queue.messages()) lose(flows, `${type}#${namesOf(message).key}`);
    },
    hurried(id) {
      flows.hurriedJobs.add(id);
      const flow = flows.flows.get(id);
      if (flow !== undefined) flow.isHurried = true;
    },
    cancelling(id, { isThrough }) {
      const flow = flows.flows.get(id);
      if (flow === undefined) return;
      flow.cancelAskedAtMs ??= clock.now();
      if (isThrough) flow.cancelThroughAtMs ??= clock.now();
    },
    settlingDown() {
      flows.quietSinceMs = clock.now();
    },
    isWithinCancelled: (id) =>
      flowsAround(id, flows).some(({ cancelledAtMs, isStopped }) => cancelledAtMs !== undefined || isStopped),
    checkEnds: () => checkFlowEnds(flows),
  };
  return flows;
}

function noteMessage(flows: Flows, type: string, message: Parameters<typeof namesOf>[0]): void {
  const body = seenBody(message.body);
  if (body === undefined) return;
  const { jobId, key } = namesOf(message);
  const id = `${type}#${key}`;
  const known = flows.bodies.get(id);
  if (known !== undefined) {
    if (known.text !== body.text) flows.violate(`${id} is sent again with another place in its flow: ${body.text}`);
    return;
  }
  flows.bodies.set(id, body);
  flows.watch({ type, jobId, key, payload: body.payload });
  const item = flows.items.get(id);
  if (item !== undefined) noteEnd(flows, id, item);
}

/** A purge takes a job's message: neither it nor what waits for it is promised to go on. */
function lose(flows: Flows, id: string): void {
  flows.purged.add(id);
  for (const flow of flowsAround(id, flows)) flow.isLost = true;
}
