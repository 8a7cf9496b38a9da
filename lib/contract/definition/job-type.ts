import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** A type names a queue, two stacks and a metric dimension (lib/engine/README.md, "Names and the jobs table"). */
const TYPE_PATTERN = /^[a-z][a-z0-9-]{0,39}$/;
const RESERVED_TYPES = ['core', 'dispatcher'];
const RESERVED_ENDINGS = ['-dlq', '-high', '-low'];

/**
 * @returns the type, unchanged
 * @throws JobDefinitionError saying which rule it breaks
 */
export function checkedJobType<const T extends string>(type: T): T {
  if (typeof type !== 'string' || !TYPE_PATTERN.test(type)) {
    throw new JobDefinitionError(
      `type must be 1 to 40 of a-z, 0-9 and "-", starting with a letter, got ${shown(type)}`,
    );
  }
  if (RESERVED_TYPES.includes(type)) {
    throw new JobDefinitionError(`type "${type}" is the name of a stack of Sluice's own; choose another`);
  }
  const ending = RESERVED_ENDINGS.find((reserved) => type.endsWith(reserved));
  if (ending !== undefined) {
    throw new JobDefinitionError(`type "${type}" must not end in "${ending}": such queue names are Sluice's own`);
  }
  return type;
}
