import { Tracer } from '@aws-lambda-powertools/tracer';
import { quietly } from '../../contract/thrown.ts';
import type { Tracing } from './traced.ts';

/**
 * One X-Ray subsegment for each attempt, under the invocation's segment. Lambda itself links the invocation to the
 * traces of its messages (Lambda Developer Guide, "Using Lambda with Amazon SQS"; X-Ray, "Linked traces"). The sender's root
 * is the annotation `senderTrace`.
 */
export function makeTraced(type: string): Tracing {
  const tracer = new Tracer({ serviceName: `sluice-${type}` });
  return {
    traced: async ({ annotations, sentIn, failureOf }, run) => {
      const subsegment = quietly(() => tracer.getSegment()?.addNewSubsegment(`## ${type}`));
      if (subsegment === undefined) return run();
      quietly(() => {
        for (const [name, value] of Object.entries({ ...annotations, senderTrace: rootOf(sentIn.header) })) {
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
    },
  };
}

const rootOf = (header = ''): string | undefined => /(?:^|;)Root=([^;]+)/.exec(header)?.[1];
