import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { didYouMean } from '../contract/definition/suggest.ts';
import { NoSuchTypeError } from '../operator/index.ts';
import type { McpOptions } from './tool.ts';

/** The catalogue's definition of a type. @throws NoSuchTypeError that names the types that exist */
export async function definitionIn(
  { definitions }: Pick<McpOptions, 'definitions'>,
  type: string,
): Promise<JobDefinition> {
  const all = await definitions();
  const found = all.find((one) => one.type === type);
  if (found !== undefined) return found;
  const types = all.map((one) => one.type);
  throw new NoSuchTypeError(
    `the catalogue has no job type "${type}"${didYouMean(type, types) || `; it has: ${types.join(', ')}`}`,
  );
}
