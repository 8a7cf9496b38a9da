import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { PlannedJob } from '../contract/planned-job.ts';

/** A job of one of these types. */
type JobOf<Type extends string> = PlannedJob<JobDefinition<Type>>;

/** Many jobs, and then one. */
export interface Batch<Next extends string = string> {
  /** 0 to 1,000; a child may be a list of jobs, one after the other. */
  readonly children: readonly (JobOf<Next> | readonly [JobOf<Next>, ...PlannedJob[]])[];
  /** Runs once the children have ended, with `context.flow`. */
  readonly callback: JobOf<Next>;
  /** `success` waits until every child has completed: one that died may be redriven. @default 'settled' */
  readonly mode?: 'settled' | 'success';
  /** After this time the callback runs with what there is: 60 to 1,209,600 (14 days). @default 86,400 (a day) */
  readonly deadlineSeconds?: number;
}

/** A child of a batch, by its number. */
export interface ChildPlace {
  /** From 0. */
  readonly place: number;
  readonly type: string;
  readonly key: string;
}

export interface ChildResult extends ChildPlace {
  readonly status: 'completed' | 'dead' | 'open';
  /** What its handler returned. A child that handed its place on has the result of its own attempt. */
  readonly result?: unknown;
}

/** What a batch's callback knows of it, as it stood when the callback began. */
export interface Flow {
  readonly id: string;
  /** Children, and how many of them completed. */
  readonly total: number;
  readonly completed: number;
  /** Children that died, expired or were cancelled. */
  readonly dead: readonly ChildPlace[];
  /** Children that have not ended: none, unless the callback was fired early. */
  readonly open: readonly ChildPlace[];
  readonly firedBy: 'all' | 'deadline' | 'operator';
  /** Each child with its result, 100 items a read. They are kept for 22 days by default. */
  results(): AsyncIterable<ChildResult>;
}

/** The job that this one came after: a chain's step before, or the parent whose batch it closes. */
export interface PreviousJob {
  readonly type: string;
  readonly key: string;
  /** What its handler returned; one read. @throws PermanentError if its item is gone */
  result(): Promise<unknown>;
}
