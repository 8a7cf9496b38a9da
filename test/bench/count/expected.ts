/** A way that a job can take through one batch, or one tick. */
export type Path =
  | 'success'
  | 'duplicate'
  | 'retry in place'
  | 'retry begun'
  | 'park'
  | 'release'
  | 'release begun'
  | 'death';

export interface Expectation {
  /** Calls to AWS per job at batch 10. */
  readonly calls: number;
  readonly why: string;
  /** Write units per job whose item is within 1 KB: of the table, and of the two indexes of lists. */
  readonly units: { readonly table: number; readonly index: number };
}

/**
 * Written down before they were counted, from the protocol: a batch of ten is one DynamoDB call for each row of the
 * protocol that its jobs go through, and one SQS call for what becomes of its messages. An item within 1 KB costs a unit
 * a write; an entry of an index a unit for each of put and delete, so two when it moves; there are two indexes.
 */
export const EXPECTED: Readonly<Record<Path, Expectation>> = {
  success: { calls: 0.2, why: 'begin, settle', units: { table: 2, index: 0 } },
  duplicate: { calls: 0.2, why: 'the insert refused, then one read', units: { table: 1, index: 0 } },
  'retry in place': { calls: 0.3, why: 'begin, settle, hide', units: { table: 2, index: 0 } },
  'retry begun': { calls: 0.3, why: 'read, begin, settle', units: { table: 2, index: 0 } },
  park: { calls: 0.2, why: 'begin, settle', units: { table: 2, index: 2 } },
  release: { calls: 0.3, why: 'list, read, send, move on', units: { table: 1, index: 4 } },
  'release begun': { calls: 0.3, why: 'read, begin, settle', units: { table: 2, index: 2 } },
  death: { calls: 0.5, why: 'begin, settle, send, mark as delivered', units: { table: 3, index: 2 } },
};

/**
 * The same of jobs that begin optimistically, written down before they were counted: ten looks are one call, and so are ten
 * inserts. What has a row goes by it, as any other job.
 */
export const EXPECTED_OPTIMISTIC: Readonly<Record<Path, Expectation>> = {
  success: { calls: 0.2, why: 'look, insert', units: { table: 1, index: 0 } },
  duplicate: { calls: 0.2, why: 'look, then read consistently', units: { table: 0, index: 0 } },
  'retry in place': { calls: 0.3, why: 'look, insert, hide', units: { table: 1, index: 0 } },
  'retry begun': { calls: 0.3, why: 'read, begin, settle', units: { table: 2, index: 0 } },
  park: { calls: 0.2, why: 'look, insert', units: { table: 1, index: 2 } },
  release: { calls: 0.3, why: 'list, read, send, move on', units: { table: 1, index: 4 } },
  'release begun': { calls: 0.3, why: 'read, begin, settle', units: { table: 2, index: 2 } },
  death: { calls: 0.5, why: 'look, insert, send, mark as delivered', units: { table: 2, index: 2 } },
};
