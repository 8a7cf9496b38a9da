import type { JobItem } from '../../contract/protocol/job-item.ts';
import { isOfPurged } from './flow-changes.ts';
import { type Flows, nextId, type ObservedFlow } from './observed-flow.ts';

/** Nothing is left to do: all that was to be handed on was. */
export function checkFlowEnds(flows: Flows): void {
  for (const item of flows.items.values()) {
    checkHandedOn(flows, item);
    checkNext(flows, item);
  }
  for (const flow of flows.flows.values()) checkFlow(flows, flow);
}

function checkHandedOn(flows: Flows, { id, owed, passedOn, status }: JobItem): void {
  if (flows.purged.has(id)) return;
  if (owed) flows.violate(`${id} still has to send what it staged`);
  if (status !== 'COMPLETED' || passedOn === undefined || flows.isWithinCancelled(id)) return;
  if (!flows.flows.has(passedOn)) flows.violate(`${id} completed, and ${passedOn} is not there`);
}

/** The next step is sent if, and only if, this one completed. */
function checkNext(flows: Flows, { id, status, passedOn }: JobItem): void {
  const body = flows.bodies.get(id);
  const next = body && nextId(id, body);
  if (next === undefined || passedOn !== undefined) return;
  const isSent = flows.bodies.has(next);
  if (status !== 'COMPLETED' && isSent) flows.violate(`${next} was sent, and ${id} is ${status}`);
  if (status !== 'COMPLETED' || flows.purged.has(id) || flows.isWithinCancelled(id)) return;
  if (!isSent) flows.violate(`${id} completed, and ${next} was never sent`);
  else if (!flows.items.has(next) && !flows.purged.has(next)) flows.violate(`${id} completed, and ${next} never began`);
}

function checkFlow(flows: Flows, flow: ObservedFlow): void {
  const { id, begun, cancelledAtMs, children } = flow;
  if (cancelledAtMs !== undefined) return;
  if (begun === 0 && !flows.purged.has(id)) flows.violate(`${id} never began, not even at its deadline`);
  if (flow.isLost || isOfPurged(flows, id) || flows.isWithinCancelled(id)) return;
  const key = id.slice(id.indexOf('#') + 1);
  let place = 0;
  for (const { type, n } of children) {
    for (const untilPlace = place + n; place < untilPlace; place++)
      if (!flows.bodies.has(`${type}#${key}:${place}`)) flows.violate(`child ${place} of ${id} was never sent`);
  }
}
