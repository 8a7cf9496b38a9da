import { Tracer } from '@aws-lambda-powertools/tracer';
import { quietly } from '../../contract/thrown.ts';

/** Values that X-Ray indexes: traces are found by them. */
export interface Annotations {
  readonly jobId: string;
  readonly jobType: string;
  readonly attempt: number;
  readonly run: number;
  readonly tenant?: string;
  /** The message's trace header, as its sender set it: its root, as `1-5759e988-bd862e3fe1be46a994272793`, is `senderTrace`. */
  readonly sender: string | undefined;
}

export interface TracedAttempt<T> {
  readonly annotations: Annotations;
  /** The error of a failed attempt. `run` never throws, so the tracer finds it in the outcome. */
  readonly failureOf: (outcome: T) => Error | undefined;
}

/** Runs an attempt as a part of its invocation's trace. */
export type Traced = <T>(attempt: TracedAttempt<T>, run: () => Promise<T>) => Promise<T>;

/**
 * One X-Ray subsegment for each attempt, under the invocation's segment. Lambda itself links the invocation to the
 * traces of its messages (Lambda Developer Guide, "Using Lambda with Amazon SQS"; X-Ray, "Linked traces"). What the tracer
 * fails at is left out of the trace, and changes no attempt.
 */
export function makeTraced(type: string): Traced {
  const tracer = new Tracer({ serviceName: `sluice-${type}` });
  return async ({ annotations, failureOf }, run) => {
    const { sender, ...named } = annotations;
    const subsegment = quietly(() => tracer.getSegment()?.addNewSubsegment(`## ${type}`));
    if (subsegment === undefined) return run();
    quietly(() => {
      for (const [name, value] of Object.entries({ ...named, senderTrace: rootOf(sender) })) {
        if (value !== undefined) subsegment.addAnnotation(name, value);
      }
    });
    try {
      // A context of its own: the jobs of a batch run side by side, and what each calls belongs under it.
      const outcome = await tracer.provider.getNamespace().runAndReturn(() => {
        quietly(() => tracer.setSegment(subsegment));
        return run();
      });
      quietly(() => {
        const failure = failureOf(outcome);
        if (failure !== undefined) subsegment.addError(failure);
      });
      return outcome;
    } finally {
      quietly(() => subsegment.close());
    }
  };
}

const rootOf = (header = ''): string | undefined => /(?:^|;)Root=([^;]+)/.exec(header)?.[1];
