import { Tracer } from '@aws-lambda-powertools/tracer';
import type { Traced } from '../traced.ts';

/**
 * X-Ray subsegments, one an attempt, under the invocation's segment. Lambda itself links the invocation to the traces of
 * the messages that it was given (Lambda Developer Guide, "Using Lambda with Amazon SQS"; X-Ray, "Linked traces").
 */
export function makeTraced(type: string): Traced {
  const tracer = new Tracer({ serviceName: `sluice-${type}` });
  return async ({ annotations, failureOf }, run) => {
    const subsegment = tracer.getSegment()?.addNewSubsegment(`## ${type}`);
    if (subsegment === undefined) return run();
    for (const [name, value] of Object.entries(annotations)) {
      if (value !== undefined) subsegment.addAnnotation(name, value);
    }
    try {
      // A context of its own: the jobs of a batch run side by side, and what each calls belongs under it.
      const outcome = await tracer.provider.getNamespace().runAndReturn(() => {
        tracer.setSegment(subsegment);
        return run();
      });
      const failure = failureOf(outcome);
      if (failure !== undefined) subsegment.addError(failure);
      return outcome;
    } finally {
      subsegment.close();
    }
  };
}
