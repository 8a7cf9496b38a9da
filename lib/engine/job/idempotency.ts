import type { IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';

/** The three moments of an attempt at which Powertools calls its persistence layer. */
export interface AttemptMoments {
  /** Begins, or throws: then the handler is not run. */
  begin(): Promise<void>;
  /** The handler returned. */
  completed(): Promise<void>;
  /** The handler failed: writes what was decided about it. */
  failed(): Promise<void>;
}

/**
 * Powertools' idempotency on the jobs table: **one instance is one attempt of one job**, used once.
 *
 * The stock DynamoDB layer does not fit a queue: its late failure deletes the next owner's lock, its late success
 * overwrites the next owner's result, and a handler that throws takes attempts and error with the record.
 */
export class AttemptLayer extends BasePersistenceLayer {
  readonly #itemId: string;
  readonly #moments: AttemptMoments;

  constructor(itemId: string, moments: AttemptMoments) {
    super();
    this.#itemId = itemId;
    this.#moments = moments;
  }

  protected override getHashedIdempotencyKey(): string {
    return this.#itemId;
  }

  protected override _putRecord(): Promise<void> {
    return this.#moments.begin();
  }

  protected override _updateRecord(): Promise<void> {
    return this.#moments.completed();
  }

  protected override _deleteRecord(): Promise<void> {
    return this.#moments.failed();
  }

  protected override _getRecord(): Promise<IdempotencyRecord> {
    return Promise.reject(new TypeError('begin decides on the item it read; Powertools has nothing to look up'));
  }
}
