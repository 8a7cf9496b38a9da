import { JobCancelledError, LeaseLostError } from '../../contract/errors.ts';
import { METRICS } from '../../contract/names.ts';
import { begin } from '../../contract/protocol/begin.ts';
import type { ItemUpdate, Settled } from '../../contract/protocol/item-write.ts';
import { isFinished, type JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import type { SettleStep } from '../../contract/protocol/settle.ts';
import { asUpdate, completeOver, endFirst, isOfJob } from '../../contract/protocol/unclaimed.ts';
import type { Claim, Engine } from '../engine.ts';
import type { TransactWrite } from '../job-context.ts';
import { jobFields } from '../logs.ts';
import type { Received } from '../message/wait.ts';
import type { Begun, JobStore } from '../table/job-store.ts';
import { notStarted } from './not-started.ts';

/** Attempts that began without a claim. Not in the bundles of types whose definitions do not say `optimistic`. */

/** An unclaimed attempt found another row: the begin row that fits says what becomes of its message. */
export interface Outrun {
  readonly kind: 'outrun';
  readonly claim: Claim;
  readonly begun: Begun;
}

interface End {
  readonly claim: Claim;
  readonly step: SettleStep;
}

/**
 * Rows `completedFirst`, `failedFirst`, `diedFirst` and `completedOver`. An attempt that claimed its job meanwhile, and did not
 * hear of it, ends as any other.
 *
 * @param end.writes the user's, in one transaction with the end
 * @returns as a fenced write does; refused: by the row that was found
 * @throws as `JobStore.settle` does
 */
export async function endUnclaimed(
  { claim, step, writes = [] }: End & { readonly writes?: readonly TransactWrite[] },
  store: JobStore,
): Promise<Settled> {
  const isPlain = writes.length === 0;
  const settle = (write: ItemUpdate) => (isPlain ? store.settle(write) : store.settle(write, { with: writes }));
  const { item, message } = claim;
  const first = endFirst(step, item).item;
  const settled = await (isPlain ? store.insert(first) : settle(asUpdate(first)));
  const found = settled.kind === 'refused' ? settled.item : undefined;
  if (found === undefined) return settled;
  if (isHeld(found, claim)) {
    claim.unclaimed = false;
    return settle(step.write);
  }
  const over = completeOver(step, { found, message, item });
  return over === undefined ? settled : settle(over);
}

/** The attempt's own claim stands in the table. */
const isHeld = ({ status, owner }: JobItem, { item }: Claim): boolean =>
  status === 'INPROGRESS' && owner === item.owner;

/**
 * Row `claimedLate`: claims the job while its handler runs. Several calls at a time make one write.
 *
 * @returns why the job is not this attempt's, if it is not: then nothing was written
 * @throws WriteError, ReadError if the jobs table did not answer: the next call tries again
 */
export function claimNow(claim: Claim, { store }: Engine): Promise<Error | undefined> {
  claim.claiming ??= insertClaim(claim, store).finally(() => {
    claim.claiming = undefined;
  });
  return claim.claiming;
}

async function insertClaim(claim: Claim, store: JobStore): Promise<Error | undefined> {
  const settled = await store.insert(claim.item);
  const found = settled.kind === 'refused' ? settled.item : undefined;
  if (settled.kind === 'written' || (found !== undefined && isHeld(found, claim))) {
    claim.unclaimed = false;
    return undefined;
  }
  if (found?.status === 'CANCELLED') return new JobCancelledError('the job was cancelled');
  return new LeaseLostError('another delivery of the job was faster: it is no longer ours');
}

/** What a refused end means: the job is lost, or another row says what becomes of the message (row `outrun`). */
export function lostOr(
  settled: Settled,
  { claim, step: ended }: End,
  engine: Engine,
): Outrun | { readonly kind: 'lost' } {
  const found = settled.kind === 'refused' ? settled.item : undefined;
  if (!claim.unclaimed || found === undefined) return { kind: 'lost' };
  const { item, message } = claim;
  const { definition, clock, meter, log } = engine;
  if (ended.write.set.status === 'COMPLETED' && found.status === 'DEAD' && isOfJob(found, message)) {
    meter.count(METRICS.completedAfterDeath);
    log.warn('job.completed-after-death', { ...jobFields(claim, engine), reason: found.reason });
  }
  const { type, retention, queueRetention } = definition;
  const lease = { owner: item.owner ?? '', leaseUntilMs: item.leaseUntil ?? 0 };
  const facts = { ...{ type, retention, queueRetention }, ...lease, nowMs: clock.now() };
  const step = begin({ ...facts, item: found, message });
  // What would write or run is left to the message's next delivery.
  const acts = step.action === 'rename' || step.action === 'run' || ('write' in step && step.write !== undefined);
  return acts ? { kind: 'lost' } : { kind: 'outrun', claim, begun: { step, message, item: found, before: found } };
}

/** The message of an attempt that was outrun goes the way of any that finds this row. */
export function followOther({ claim, begun }: Outrun, received: Received, engine: Engine) {
  // Where another attempt ended the job, the line of the duplicate says it.
  const { item } = begun;
  if (item === undefined || !isFinished(item) || item.status === 'CANCELLED')
    engine.log.warn('job.lease-lost', jobFields(claim, engine));
  return notStarted(begun, received, engine);
}

/** Whether a job that left no row may have stalled: a message that was put back or throttled comes again earlier. */
export const mayHaveStalled = ({ firstReceivedAtMs = 0 }: Message, { clock, settings }: Engine): boolean =>
  clock.now() >= firstReceivedAtMs + settings.visibilityTimeoutSeconds * 1000;
