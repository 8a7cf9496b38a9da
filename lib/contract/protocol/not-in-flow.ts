import { InvalidMessageError } from '../errors.ts';

/** What is said where a type whose definition has no `handsOn` is asked to be in a flow. */
export const notInFlow = (type: string): InvalidMessageError =>
  new InvalidMessageError(`${type} is in no flow: write handsOn in its definition, and deploy`);

/** Steps of a chain, the first one included. */
export const MAX_STEPS = 20;
