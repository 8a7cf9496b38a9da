import { partsOf } from '../contract/names.ts';

/** A function's name has at most 64 characters (Lambda API Reference, FunctionName); two of them are hyphens. */
export const MAX_NAMES = 62;

/** @throws RangeError that names the job types that are too long for their stage */
export function checkNameLengths(stage: string, types: readonly string[]): void {
  const { app, stage: name } = partsOf(stage);
  const left = MAX_NAMES - app.length - name.length;
  const long = types.filter((type) => type.length > left).map((type) => `"${type}" (${type.length})`);
  if (long.length === 0) return;
  throw new RangeError(
    `app, stage and job type have ${MAX_NAMES} characters together, since a function's name has 64: with app "${app}" and ` +
      `stage "${name}", ${left} are left for a type, and too long are ${long.join(', ')}: choose shorter names`,
  );
}
