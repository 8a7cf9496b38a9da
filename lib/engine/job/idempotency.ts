import {
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Claim } from '../engine.ts';
import type { Begun } from '../table/job-store.ts';
import type { Outcome } from './run-handler.ts';
import type { Settlement } from './settle.ts';

/** The steps of one attempt, in order. */
export interface Steps {
  /** Begins the job in the table. Without a claim nothing is run. */
  begin(): Promise<{ readonly begun: Begun; readonly claim: Claim | undefined }>;
  /** Runs the handler. A failure is returned, too; nothing is thrown. */
  run(claim: Claim): Promise<Outcome>;
  /** Writes what the outcome leads to. */
  settle(claim: Claim, outcome: Outcome): Promise<Settlement>;
}

/** How far an attempt came. */
export type Attempt =
  | { readonly kind: 'notStarted'; readonly begun: Begun }
  | { readonly kind: 'settled'; readonly claim: Claim; readonly settlement: Settlement };

/**
 * Runs one attempt of one job under Powertools' idempotency: the handler is run once for each begin that was granted.
 *
 * @throws what a step threw, without Powertools' own error around it
 */
export async function runOnce(steps: Steps): Promise<Attempt> {
  const attempt: Running = { steps };
  idempotently ??= makeIdempotently();
  try {
    await idempotently(attempt);
  } catch (error) {
    const thrown = error instanceof IdempotencyPersistenceLayerError ? error.cause : error;
    if (!(thrown instanceof NotStarted)) throw thrown;
  }
  const { begun, claim, settlement } = attempt;
  if (claim === undefined) return { kind: 'notStarted', begun: known(begun) };
  return { kind: 'settled', claim, settlement: known(settlement) };
}

/** An attempt, and what its steps so far returned. */
interface Running {
  readonly steps: Steps;
  begun?: Begun;
  claim?: Claim | undefined;
  outcome?: Outcome;
  settlement?: Settlement;
}

/** Serves every attempt of the process, which is what Powertools hands from one step to the next. */
let idempotently: ((attempt: Running) => Promise<void>) | undefined;

function makeIdempotently() {
  const perform = async (attempt: Running) => {
    attempt.outcome = await attempt.steps.run(known(attempt.claim));
  };
  return makeIdempotent(perform, { persistenceStore: new AttemptLayer(), config: new IdempotencyConfig({}) });
}

/** The result of a step that must have run before. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('Powertools ran the steps out of order');
  return value;
}

/** Begin granted no claim. Powertools runs no handler after a begin that threw. */
class NotStarted extends Error {}

/**
 * Powertools' idempotency on the jobs table.
 *
 * The stock DynamoDB layer does not fit a queue. A late failure deletes the next owner's lock, a late success
 * overwrites the next owner's result, and a handler that throws takes attempts and error with the record. Here a failed
 * attempt is settled as a completed one is: both are states of the job's item, which stays. Powertools' own records, with
 * times and hashes that nothing reads, are therefore not made.
 */
class AttemptLayer extends BasePersistenceLayer {
  override async saveInProgress(attempt: unknown): Promise<void> {
    const running = attempt as Running;
    const { begun, claim } = await running.steps.begin();
    Object.assign(running, { begun, claim });
    if (claim === undefined) throw new NotStarted();
  }

  override async saveSuccess(attempt: unknown): Promise<void> {
    const running = attempt as Running;
    running.settlement = await running.steps.settle(known(running.claim), known(running.outcome));
  }

  /** Only if running the handler broke, which is a fault of the engine: the lease runs out, and the job stalls. */
  override deleteRecord(): Promise<void> {
    return Promise.resolve();
  }

  // What the methods above would call.
  protected override _putRecord = unused;
  protected override _updateRecord = unused;
  protected override _deleteRecord = unused;
  protected override _getRecord = unused;
}

const unused = (): Promise<never> => Promise.reject(new TypeError('begin reads the item: Powertools looks nothing up'));
