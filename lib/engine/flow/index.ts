import { optional } from '../../contract/names.ts';
import type { FlowPart } from '../engine.ts';
import { beat } from './answers.ts';
import { died, end } from './end.ts';
import { previousOf, readFlow } from './look.ts';
import { type FlowPortsDeps, makeFlowPorts } from './ports.ts';
import { makeStaging } from './staging.ts';

/** Not in the bundles of types without `handsOn`: there it is undefined. */
export const makeFlowPart: ((deps: FlowPortsDeps) => FlowPart) | undefined = (deps) => {
  const ports = makeFlowPorts(deps);
  return {
    end: (item, message, engine) => end({ item, message, engine, ports }),
    died: (item, message, engine) => died({ item, message, engine, ports }),
    readFlow: (claim, engine) => readFlow(claim, { engine, ports }).catch((error: unknown) => ({ error })),
    progressed: (message, engine) => beat(message, engine, ports),
    makeStaging(claim, engine, flow) {
      const { enqueue, batch, ...staging } = makeStaging(claim, engine);
      const told = { ...optional('flow', flow), ...optional('previous', previousOf(claim, { engine, ports })) };
      return { context: { enqueue, batch, ...told }, ...staging };
    },
  };
};
