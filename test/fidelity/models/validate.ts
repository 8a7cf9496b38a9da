import { OVERLAY } from './overlay.ts';
import { type ServiceModel, type Shape, serviceModels } from './service-models.ts';

/** Why AWS would refuse a request: where in it, and what its model says. */
export interface Refusal {
  readonly operation: string;
  /** As `MessageAttributes.trace.DataType`; empty for the whole input. */
  readonly path: string;
  readonly why: string;
}

interface At {
  readonly model: ServiceModel;
  readonly client: string;
  readonly path: string;
  readonly refuse: (path: string, why: string) => void;
}

interface Operation {
  readonly client: string;
  readonly model: ServiceModel;
  /** Its input's. */
  readonly shape: string;
}

let kept: ReadonlyMap<string, Operation> | undefined;

/** Of all services: no two of them have an operation of the same name. */
function operations(): ReadonlyMap<string, Operation> {
  kept ??= new Map(
    Object.entries(serviceModels().services).flatMap(([client, model]) =>
      Object.entries(model.operations).map(([name, shape]) => [name, { client, model, shape }] as const),
    ),
  );
  return kept;
}

/**
 * Holds a request to AWS's models: members that it needs or does not know, types, lengths, patterns, enums.
 *
 * @param operation as `SendMessage`
 * @param input in the form that the SDK's low-level client takes
 * @returns nothing for an operation that no model has
 */
export function refusalsOf(operation: string, input: unknown): Refusal[] {
  const known = operations().get(operation);
  if (known === undefined) return [];
  const found: Refusal[] = [];
  const refuse = (path: string, why: string) => void found.push({ operation, path, why });
  checkShape(known.shape, input ?? {}, { ...known, path: '', refuse });
  return found;
}

/** @param owner `Shape.member`, of which a text of AWS's may say more than the model */
function checkShape(name: string, value: unknown, at: At, owner = name): void {
  const { model, client, path } = at;
  const known = model.shapes[name];
  if (known === undefined) throw new RangeError(`the model names ${name}, and lacks it`);
  const shape: Shape = { ...known, ...OVERLAY[client]?.[name], ...OVERLAY[client]?.[owner] };
  const check = CHECKS[shape.type];
  if (check === undefined) throw new RangeError(`${path}: no check of ${shape.type} is written`);
  check(shape, value, at, name);
}

type Check = (shape: Shape, value: unknown, at: At, name: string) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  structure: checkStructure,
  list: checkList,
  map: checkMap,
  string: checkString,
  character: checkString,
  integer: (shape, value, at) => checkNumber(shape, value, at, Number.isInteger(value)),
  long: (shape, value, at) => checkNumber(shape, value, at, Number.isInteger(value)),
  float: (shape, value, at) => checkNumber(shape, value, at, Number.isFinite(value)),
  double: (shape, value, at) => checkNumber(shape, value, at, Number.isFinite(value)),
  boolean: (_, value, at) => kind(typeof value === 'boolean', 'a boolean', value, at),
  timestamp: (_, value, at) => kind(value instanceof Date && Number.isFinite(value.getTime()), 'a date', value, at),
  blob: checkBlob,
};

const shown = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);

function kind(fits: boolean, wanted: string, value: unknown, { path, refuse }: At): boolean {
  if (!fits) refuse(path, `it must be ${wanted}, it is ${shown(value)}`);
  return fits;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

const inner = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function checkStructure(shape: Shape, value: unknown, at: At, name: string): void {
  if (!kind(isObject(value), 'an object', value, at) || !isObject(value)) return;
  const { members = {}, required = [] } = shape;
  const given = Object.keys(value).filter((member) => value[member] !== undefined);
  for (const member of required) if (!given.includes(member)) at.refuse(inner(at.path, member), 'it is required');
  if (shape.union === true && given.length !== 1) at.refuse(at.path, `it must have one member, it has ${given.length}`);
  for (const member of given) {
    const path = inner(at.path, member);
    const type = members[member];
    if (type === undefined) at.refuse(path, 'there is no such member');
    else checkShape(type, value[member], { ...at, path }, `${name}.${member}`);
  }
}

function checkList(shape: Shape, value: unknown, at: At): void {
  if (!kind(Array.isArray(value), 'a list', value, at) || !Array.isArray(value)) return;
  checkLength(shape, value.length, 'entries', at);
  for (const [i, one] of value.entries())
    if (shape.member !== undefined) checkShape(shape.member, one, { ...at, path: `${at.path}[${i}]` });
}

function checkMap(shape: Shape, value: unknown, at: At): void {
  if (!kind(isObject(value), 'an object', value, at) || !isObject(value)) return;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  checkLength(shape, entries.length, 'entries', at);
  for (const [key, one] of entries) {
    const path = inner(at.path, key);
    if (shape.key !== undefined) checkShape(shape.key, key, { ...at, path });
    if (shape.value !== undefined) checkShape(shape.value, one, { ...at, path });
  }
}

function checkString(shape: Shape, value: unknown, at: At): void {
  if (!kind(typeof value === 'string', 'a text', value, at) || typeof value !== 'string') return;
  checkLength(shape, [...value].length, 'characters', at);
  if (shape.enum !== undefined && !shape.enum.includes(value))
    at.refuse(at.path, `it must be one of ${shape.enum.join(', ')}`);
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
    at.refuse(at.path, `it must match ${shape.pattern}`);
}

function checkNumber({ min, max }: Shape, value: unknown, at: At, fits: boolean): void {
  if (!kind(fits, 'a number', value, at) || typeof value !== 'number') return;
  if (min !== undefined && value < min) at.refuse(at.path, `it must be ${min} at least, it is ${value}`);
  if (max !== undefined && value > max) at.refuse(at.path, `it must be ${max} at most, it is ${value}`);
}

function checkBlob(shape: Shape, value: unknown, at: At): void {
  const bytes =
    value instanceof Uint8Array ? value.length : typeof value === 'string' ? Buffer.byteLength(value) : undefined;
  // A stream of S3 has no length here.
  if (bytes === undefined) return void kind(isObject(value), 'bytes', value, at);
  checkLength(shape, bytes, 'bytes', at);
}

function checkLength({ min, max }: Shape, length: number, unit: string, { path, refuse }: At): void {
  if (min !== undefined && length < min) refuse(path, `it must have ${min} ${unit} at least, it has ${length}`);
  if (max !== undefined && length > max) refuse(path, `it must have ${max} ${unit} at most, it has ${length}`);
}

const patterns = new Map<string, RegExp>();

/** Java's pattern as JavaScript's: it holds for the whole text. */
export function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const source = pattern.replaceAll('\\p{Print}', '[\\x20-\\x7e]').replaceAll('\\p{ASCII}', '[\\x00-\\x7f]');
  // Only these need it; with it, needless escapes are errors.
  const made = new RegExp(`^(?:${source})$`, /\\p\{|\\uD8/i.test(source) ? 'su' : 's');
  patterns.set(pattern, made);
  return made;
}
