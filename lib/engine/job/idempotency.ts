import {
  type IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
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
 * @param key    id of the job's item
 * @throws what a step threw, without Powertools' own error around it
 */
export async function runOnce(key: string, steps: Steps, config: IdempotencyConfig): Promise<Attempt> {
  const done: StepsDone = {};
  const persistenceStore = new AttemptLayer(key, {
    async begin() {
      Object.assign(done, await steps.begin());
      if (done.claim === undefined) throw new NotStarted();
    },
    async settle() {
      done.settlement = await steps.settle(known(done.claim), known(done.outcome));
    },
  });
  const perform = async (_key: string) => {
    done.outcome = await steps.run(known(done.claim));
  };
  try {
    await makeIdempotent(perform, { persistenceStore, config })(key);
  } catch (error) {
    const thrown = error instanceof IdempotencyPersistenceLayerError ? error.cause : error;
    if (!(thrown instanceof NotStarted)) throw thrown;
  }
  const { begun, claim, settlement } = done;
  if (claim === undefined) return { kind: 'notStarted', begun: known(begun) };
  return { kind: 'settled', claim, settlement: known(settlement) };
}

/** What the steps so far returned. */
interface StepsDone {
  begun?: Begun;
  claim?: Claim | undefined;
  outcome?: Outcome;
  settlement?: Settlement;
}

/** The result of a step that must have run before. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('Powertools ran the steps out of order');
  return value;
}

/** Begin granted no claim. Powertools runs no handler after a begin that threw. */
class NotStarted extends Error {}

/**
 * Powertools' idempotency on the jobs table. **One instance serves one attempt of one job.**
 *
 * The stock DynamoDB layer does not fit a queue. A late failure deletes the next owner's lock, a late success
 * overwrites the next owner's result, and a handler that throws takes attempts and error with the record. Here a failed
 * attempt is settled as a completed one is: both are states of the job's item, which stays.
 */
class AttemptLayer extends BasePersistenceLayer {
  readonly #key: string;
  readonly #steps: { begin(): Promise<void>; settle(): Promise<void> };

  constructor(key: string, steps: { begin(): Promise<void>; settle(): Promise<void> }) {
    super();
    this.#key = key;
    this.#steps = steps;
  }

  protected override getHashedIdempotencyKey(): string {
    return this.#key;
  }

  protected override _putRecord(): Promise<void> {
    return this.#steps.begin();
  }

  protected override _updateRecord(): Promise<void> {
    return this.#steps.settle();
  }

  /** Only if running the handler broke, which is a fault of the engine: the lease runs out, and the job stalls. */
  protected override _deleteRecord(): Promise<void> {
    return Promise.resolve();
  }

  protected override _getRecord(): Promise<IdempotencyRecord> {
    return Promise.reject(new TypeError('begin reads the item: Powertools looks nothing up'));
  }
}
