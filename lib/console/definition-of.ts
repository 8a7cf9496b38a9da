import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { didYouMean } from '../contract/definition/suggest.ts';
import { NoSuchTypeError } from '../operator/index.ts';
import type { Desk } from './desk.ts';

/** The catalogue's definition of a type. @throws NoSuchTypeError that names the types that exist */
export function definitionOf({ options: { definitions } }: Desk, type: string): JobDefinition {
  const found = definitions.find((definition) => definition.type === type);
  if (found !== undefined) return found;
  const types = definitions.map((definition) => definition.type);
  const guess = didYouMean(type, types) || `; it has: ${types.join(', ')}`;
  throw new NoSuchTypeError(`the catalogue has no job type "${type}"${guess}`);
}
