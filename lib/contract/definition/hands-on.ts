import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** @throws JobDefinitionError unless it is a list of different job types */
export function checkedHandsOn<Next extends string>(given: unknown): readonly Next[] {
  if (!Array.isArray(given)) throw new JobDefinitionError(`handsOn must be a list of job types, got ${shown(given)}`);
  const types: readonly unknown[] = given;
  for (const [i, type] of types.entries()) {
    if (typeof type !== 'string' || type === '')
      throw new JobDefinitionError(`handsOn[${i}] must be the name of a job type, got ${shown(type)}`);
    if (types.indexOf(type) < i) throw new JobDefinitionError(`handsOn names ${shown(type)} twice`);
  }
  return Object.freeze([...types]) as readonly Next[];
}
