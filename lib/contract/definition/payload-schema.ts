import type * as z from 'zod';
import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';
import { madeValueIn } from './repeatable.ts';

/** @throws JobDefinitionError unless it is a zod schema that makes the same value of a payload each time */
export function checkedSchema<Schema extends z.ZodType>(schema: Schema): Schema {
  // zod's own module has a safeParse as well, with another meaning.
  const candidate = schema as { safeParse?: unknown; _zod?: unknown } | undefined;
  if (typeof candidate?.safeParse !== 'function' || candidate._zod === undefined) {
    throw new JobDefinitionError(`payload must be a zod schema, got ${shown(schema)}`);
  }
  const made = madeValueIn(schema);
  if (made === undefined) return schema;
  throw new JobDefinitionError(
    `${made.path} has a ${made.by} that makes another value each time, so each attempt of a job would get its own: make the value in the producer and send it`,
  );
}
