import { breakerEvent } from '../../contract/job-event.ts';
import { METRICS } from '../../contract/names.ts';
import type { Failure } from '../../contract/protocol/settle.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { decideProbe, isFailure } from '../../contract/protocol/withheld.ts';
import { readError } from '../../contract/thrown.ts';
import type { Claim, Engine } from '../engine.ts';
import type { BreakerChange } from '../table/breaker/parts.ts';
import type { Outcome } from './run-handler.ts';

/** What the engine does for a type's circuit breaker. Not in the bundles of types whose definitions do not have one. */

type Uncompleted = Exclude<Outcome, { kind: 'completed' }>;

/** Without a breaker in its definition, a type's attempts are none of its business. */
type OfBreaker<Function> = Function | undefined;

interface Failed {
  readonly claim: Claim;
  readonly outcome: Uncompleted;
}

/** What a failed attempt leads to, if it was a probe; undefined: what it leads to anyway. */
export const failureOfProbe: OfBreaker<(failure: Failure, failed: Failed, engine: Engine) => Failure | undefined> = (
  failure,
  { claim: { item, probe }, outcome },
  { store: { breaker } },
) =>
  breaker && probe !== undefined
    ? decideProbe(failure, outcome.error, { ms: breaker.waitMs(item.id), errors: breaker.errors })
    : undefined;

/** Tells the breaker that an attempt completed. Never throws. */
export const attemptCompleted: OfBreaker<(claim: Claim, engine: Engine) => Promise<void>> = async (
  { probe },
  { store: { breaker } },
) => breaker?.ended('ok', probe);

/** Tells the breaker how an attempt ended that did not complete. Never throws. */
export const attemptFailed: OfBreaker<(failure: Failure, claim: Claim, engine: Engine) => Promise<void>> = async (
  failure,
  { probe },
  { store: { breaker } },
) => breaker?.ended(isFailure(failure, breaker.errors) ? 'failed' : undefined, probe);

/** Ends a batch: counts its attempts, and reports what became of the breaker. Never throws. */
export const endBatch: OfBreaker<(engine: Engine) => Promise<void>> = async (engine) => {
  const { breaker } = engine.store;
  if (breaker === undefined) return;
  await breaker.flush();
  const changes = breaker.changes();
  if (changes.some(({ kind }) => kind === 'foundOpen')) engine.meter.count(METRICS.breakerOpen);
  await Promise.all(changes.map((change) => report(change, engine)));
};

async function report(change: BreakerChange, engine: Engine): Promise<void> {
  const { log, meter, definition } = engine;
  const jobType = definition.type;
  switch (change.kind) {
    case 'opened': {
      const { ok, failed } = change.tally;
      meter.count(METRICS.breakerOpened);
      log.error('breaker.opened', { jobType, at: iso(change.atMs), failed: Math.round(failed), ok: Math.round(ok) });
      return publish({ openedAt: iso(change.atMs) }, engine);
    }
    case 'closed':
      meter.count(METRICS.breakerClosed);
      log.info('breaker.closed', { jobType, at: iso(change.atMs), openedAt: iso(change.openedAtMs) });
      return publish({ openedAt: iso(change.openedAtMs), closedAt: iso(change.atMs) }, engine);
    case 'notWritten':
      log.warn('breaker.not-written', { jobType, error: readError(change.error) });
      return;
    case 'foundOpen':
  }
}

async function publish(times: Parameters<typeof breakerEvent>[1], engine: Engine): Promise<void> {
  const { type } = engine.definition;
  try {
    await engine.publish(breakerEvent({ type, queueUrl: engine.queueUrl }, times));
  } catch (error) {
    engine.log.error('breaker.publish-failed', { jobType: type, ...times, error: readError(error) });
  }
}
