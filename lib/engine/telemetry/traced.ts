/** What an attempt's span is found by. */
export interface Annotations {
  readonly jobId: string;
  readonly jobType: string;
  readonly attempt: number;
  readonly run: number;
  readonly tenant?: string;
}

/** What a message says of the trace that it was sent in. */
export interface SentIn {
  readonly messageId?: string | undefined;
  /** Its system attribute AWSTraceHeader: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. */
  readonly header?: string | undefined;
  /** Its message attribute `traceparent` (W3C Trace Context): `00-<trace>-<span>-01`. */
  readonly traceparent?: string | undefined;
}

/** An attempt that is to be traced. */
export interface TracedAttempt<T> {
  readonly annotations: Annotations;
  readonly sentIn: SentIn;
  /** The error of a failed attempt. `run` never throws, so the tracer finds it in the outcome. */
  readonly failureOf: (outcome: T) => Error | undefined;
}

/** How the attempts of a job type are traced. */
export interface Tracing {
  /** Runs an attempt as a part of a trace. What the tracer fails at is left out of the trace, and changes no attempt. */
  traced<T>(attempt: TracedAttempt<T>, run: () => Promise<T>): Promise<T>;
  /** Sends the spans that have ended, before the process is frozen. It may reject. Absent where nothing is to be sent. */
  flush?(): Promise<void>;
}
