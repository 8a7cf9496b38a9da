import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';

/** The second clock: another year, month, day, hour, minute, second. */
const SHIFT_MS = ((400 * 24 + 1) * 60 + 1) * 60_000 + 1001;

/**
 * Makes a value under two clocks and two random sources. A schema that does so gives each attempt of a job another payload.
 *
 * @param make synchronous; what it throws is no difference
 * @returns whether the two are the same
 */
export function isRepeatable(make: () => unknown): boolean {
  try {
    const first = under({ shiftMs: 0, from: 0.25 }, make);
    const second = under({ shiftMs: SHIFT_MS, from: 0.75 }, make);
    return isDeepStrictEqual(first, second);
  } catch {
    return true;
  }
}

interface Surroundings {
  readonly shiftMs: number;
  /** The first random number. */
  readonly from: number;
}

/** Nothing else runs meanwhile: the clock and the random source are the process's own again when it returns. */
function under<Value>({ shiftMs, from }: Surroundings, make: () => Value): Value {
  const { Date: realDate } = globalThis;
  const { random } = Math;
  let next = from;
  try {
    globalThis.Date = shifted(realDate, shiftMs);
    Math.random = () => {
      const given = next;
      // The golden ratio: spread evenly, so that nothing that draws until it has what it wants waits for long.
      next = (next + 0.618_033_988_75) % 1;
      return given;
    };
    return make();
  } finally {
    globalThis.Date = realDate;
    Math.random = random;
  }
}

function shifted(real: DateConstructor, shiftMs: number): DateConstructor {
  const now = () => real.now() + shiftMs;
  return new Proxy(real, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new real(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}

/** Where a schema's own definition makes a value: the field, and by what. */
export interface MadeValue {
  readonly path: string;
  readonly by: string;
}

type Schema = z.core.$ZodType;

/** What the walk reads of a schema's definition. */
interface Definition {
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly catchValue?: (context: object) => unknown;
  readonly getter?: () => Schema;
  readonly in?: Schema;
  readonly [child: string]: unknown;
}

/** Kinds of schemas that may make a value of nothing. */
const MAKERS = ['default', 'prefault', 'catch', 'pipe'];

const MAX_SCHEMAS = 10_000;

/**
 * The first default, prefault, catch or transform of nothing in a schema that makes another value each time. A transform of what
 * a producer must send cannot be tried without it: `testJob` does.
 */
export function madeValueIn(schema: Schema): MadeValue | undefined {
  const seen = new Set<Schema>();
  const find = (one: Schema, path: string): MadeValue | undefined => {
    if (seen.has(one) || seen.size === MAX_SCHEMAS) return undefined;
    seen.add(one);
    if (MAKERS.includes(one._zod.def.type) && !isRepeatable(() => madeBy(one))) return { path, by: one._zod.def.type };
    for (const [name, child] of childrenOf(one)) {
      const found = find(child, name === '' ? path : `${path}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(schema, 'payload');
}

/** What a schema makes of nothing. */
function madeBy(schema: Schema): unknown {
  const def = schema._zod.def as unknown as Definition;
  if (def.type === 'default' || def.type === 'prefault') return def.defaultValue;
  if (def.type === 'catch')
    return def.catchValue?.({ value: undefined, input: undefined, issues: [], error: { issues: [] } });
  // A pipe as a whole: its transform alone would be given what the pipe never lets through.
  const made = schema._zod.run({ value: undefined, issues: [] }, { async: true });
  if (!(made instanceof Promise)) return made.issues.length === 0 ? made.value : undefined;
  made.catch(() => undefined);
  return undefined;
}

/** The schemas that a schema is made of, by their fields; of what has no field the name is empty. */
function* childrenOf(schema: Schema): Generator<[string, Schema]> {
  const def = schema._zod.def as unknown as Definition;
  if (def.type === 'lazy' && def.getter !== undefined) {
    const inner = attempted(def.getter);
    if (inner !== undefined) yield ['', inner];
    return;
  }
  for (const [name, child] of Object.entries(def)) {
    if (isSchema(child)) yield ['', child];
    else if (name === 'shape') yield* Object.entries(child as object).filter(hasSchema);
    else if (Array.isArray(child)) for (const one of child) if (isSchema(one)) yield ['', one];
  }
}

/** A recursive schema may name one that is not made yet, while its module loads. */
function attempted<Value>(get: () => Value): Value | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && '_zod' in value && 'run' in (value._zod as object);

const hasSchema = (entry: [string, unknown]): entry is [string, Schema] => isSchema(entry[1]);
