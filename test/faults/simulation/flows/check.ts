import type { World } from '../../../../lib/testing/simulation/model.ts';
import type { FlowCall } from './handler.ts';
import type { FlowPayload } from './plan.ts';

/** What an attempt that completed has staged is sent, and nothing of any other. */
export function checkParts({ flows, observer }: World, calls: ReadonlyMap<string, FlowCall>): void {
  if (flows === undefined) return;
  const completed = new Set<string>();
  for (const { id, status, result } of flows.items.values()) {
    const by = status === 'COMPLETED' ? (result as { by?: string } | undefined)?.by : undefined;
    if (by !== undefined && calls.get(by)?.job !== id)
      observer.violate(`${id} completed by ${by}, which is none of its`);
    if (by !== undefined) completed.add(by);
  }
  const sent = new Map<string, Set<string>>();
  for (const [id, { payload }] of flows.bodies) {
    const { by, part } = payload as FlowPayload;
    if (by === 'producer') continue;
    sent.set(by, (sent.get(by) ?? new Set()).add(part));
    if (!completed.has(by)) observer.violate(`${id} was sent, and the attempt that staged it did not complete`);
  }
  for (const by of completed) {
    const { job = '', parts = [] } = calls.get(by) ?? {};
    if (flows.purged.has(job) || flows.isWithinCancelled(job)) continue;
    // Of a batch whose callback was cancelled before its children were sent, none is.
    const { passedOn = '' } = flows.items.get(job) ?? {};
    const isCancelled =
      flows.flows.get(passedOn)?.cancelledAtMs !== undefined || flows.items.get(passedOn)?.cancelRequested;
    const needed = isCancelled ? parts.filter((part) => part.startsWith('record')) : parts;
    const missing = needed.filter((part) => sent.get(by)?.has(part) !== true);
    if (missing.length > 0) observer.violate(`${job} completed, and never sent: ${missing.join(', ')}`);
  }
}
