/** Values that X-Ray indexes: traces are found by them. */
export interface Annotations {
  readonly jobId: string;
  readonly jobType: string;
  readonly attempt: number;
  readonly run: number;
  readonly tenant?: string;
  /** Trace of the message's sender, as `1-5759e988-bd862e3fe1be46a994272793`. */
  readonly senderTrace?: string;
}

export interface TracedAttempt<T> {
  readonly annotations: Annotations;
  /** What the run failed with, if it did: a run never throws. */
  readonly failureOf: (outcome: T) => Error | undefined;
}

/** Runs an attempt as a part of its invocation's trace. */
export type Traced = <T>(attempt: TracedAttempt<T>, run: () => Promise<T>) => Promise<T>;
