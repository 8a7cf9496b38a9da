import { InvalidMessageError } from '../errors.ts';

/** What is said where a type whose definition has no `handsOn` is asked to be in a flow. */
export const notInFlow = (type: string): InvalidMessageError =>
  new InvalidMessageError(`${type} is in no flow: write handsOn in its definition, and deploy`);

/** What a later step's message says beside the steps that are left: its names, and two jobs of its flow. */
export const FLOW_BYTES = 2048;
/** Steps of a chain, the first one included. */
export const MAX_STEPS = 20;
