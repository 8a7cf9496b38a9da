import { names } from '../../contract/names.ts';
import type { World } from './model.ts';

export const STAGE = 'sim';

/** The name of a type's queue, as the dispatcher makes it. */
export const queueName = (type: string): string => names.queue(STAGE, type);

/** The world of a job type of the same stage. @throws RangeError if there is no such type */
export function worldOf(type: string, { types }: Pick<World, 'types'>): World {
  const world = types.find(({ subject }) => subject.definition.type === type);
  if (world === undefined) throw new RangeError(`no job type ${type} is simulated`);
  return world;
}
