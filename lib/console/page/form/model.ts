/** JSON as it is parsed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** How a value is asked for in a form. */
export type Field = About &
  (
    | TextField
    | { readonly kind: 'number'; readonly isInteger: boolean; readonly min?: number; readonly max?: number }
    | { readonly kind: 'flag' }
    /** One of a few values. */
    | { readonly kind: 'choice'; readonly values: readonly Json[] }
    | { readonly kind: 'list'; readonly item: Field; readonly min: number; readonly max?: number }
    | { readonly kind: 'object'; readonly members: readonly Member[] }
    /** One of a few forms. */
    | { readonly kind: 'union'; readonly variants: readonly Variant[] }
    /** What no form can ask for: JSON as a text. */
    | { readonly kind: 'json' }
  );

interface TextField {
  readonly kind: 'text';
  readonly format?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}
interface About {
  readonly title?: string;
  readonly description?: string;
  readonly fallback?: Json;
}
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly field: Field;
}
export interface Variant {
  readonly label: string;
  readonly field: Field;
}

type Schema = Readonly<Record<string, unknown>>;

/** Beyond it, and where a schema names itself, JSON is asked for as a text. */
const MAX_DEPTH = 8;

/**
 * The form of a JSON Schema (draft 2020-12).
 *
 * @param schema any value; what is no schema, or one that a form cannot ask for, gives a field of JSON text
 */
export function fieldOf(schema: unknown): Field {
  const definitions = isSchema(schema) && isSchema(schema.$defs) ? schema.$defs : {};
  return read(schema, { definitions, inside: [] });
}

interface Where {
  readonly definitions: Schema;
  /** The schemas around this one. */
  readonly inside: readonly unknown[];
}

function read(given: unknown, { definitions, inside }: Where): Field {
  const schema = resolved(given, definitions);
  if (schema === undefined || inside.includes(schema) || inside.length >= MAX_DEPTH) return { kind: 'json' };
  const where = { definitions, inside: [...inside, schema] };
  return { ...kindOf(schema, where), ...aboutOf(schema) };
}

function resolved(given: unknown, definitions: Schema): Schema | undefined {
  if (!isSchema(given)) return undefined;
  const [, name] = /^#\/\$defs\/(.+)$/.exec(String(given.$ref ?? '')) ?? [];
  if (given.$ref === undefined) return given;
  const target = name === undefined ? undefined : definitions[name];
  return isSchema(target) && target.$ref === undefined ? target : undefined;
}

function kindOf(schema: Schema, where: Where): Field {
  const values = valuesOf(schema);
  if (values !== undefined) return { kind: 'choice', values };
  const variants = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(variants)) return unionOf(variants, where);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'number':
    case 'integer':
      return numberOf(schema);
    case 'boolean':
      return { kind: 'flag' };
    case 'array':
      return listOf(schema, where);
    case 'object':
      return objectOf(schema, where);
    default:
      return { kind: 'json' };
  }
}

function valuesOf(schema: Schema): readonly Json[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema.const as Json];
  return Array.isArray(schema.enum) ? (schema.enum as readonly Json[]) : undefined;
}

const textOf = (schema: Schema): Field => ({
  kind: 'text',
  ...text('format', schema.format),
  ...text('pattern', schema.pattern),
  ...number('min', schema.minLength),
  ...number('max', schema.maxLength),
});

function numberOf(schema: Schema): Field {
  const within = (limit: unknown): unknown =>
    typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? limit : undefined;
  return {
    kind: 'number',
    isInteger: schema.type === 'integer',
    ...number('min', within(schema.minimum)),
    ...number('max', within(schema.maximum)),
  };
}

function listOf(schema: Schema, where: Where): Field {
  if (schema.items === undefined || schema.prefixItems !== undefined) return { kind: 'json' };
  const min = typeof schema.minItems === 'number' ? schema.minItems : 0;
  return { kind: 'list', item: read(schema.items, where), min, ...number('max', schema.maxItems) };
}

function objectOf(schema: Schema, where: Where): Field {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  // A map, whose names are not known before.
  if (Object.keys(properties).length === 0 && schema.additionalProperties !== false) return { kind: 'json' };
  const required = Array.isArray(schema.required) ? schema.required : [];
  const members = Object.entries(properties).map(([name, of]) => ({
    name,
    required: required.includes(name),
    field: read(of, where),
  }));
  return { kind: 'object', members };
}

function unionOf(schemas: readonly unknown[], where: Where): Field {
  const fields = schemas.map((schema) => read(schema, where));
  const values = fields.map((field) => (field.kind === 'choice' ? field.values : undefined));
  if (values.every((one) => one !== undefined)) return { kind: 'choice', values: values.flat() };
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) return only;
  return { kind: 'union', variants: fields.map((field) => ({ label: labelOf(field, fields), field })) };
}

const LABELS = {
  ...{ text: 'text', number: 'number', flag: 'yes or no', choice: 'one of some', list: 'list', object: 'object' },
  ...{ union: 'one of some', json: 'JSON' },
} as const;

/** What a variant is called: by what it alone asks for. */
function labelOf(field: Field, all: readonly Field[]): string {
  if (field.title !== undefined) return field.title;
  if (field.kind === 'choice' && field.values.length === 1) return String(field.values[0]);
  if (field.kind !== 'object') return LABELS[field.kind];
  const others = all.filter((one) => one !== field && one.kind === 'object');
  const names = namesOf(field).filter((name) => others.every((other) => !namesOf(other).includes(name)));
  const constant = field.members.find(({ field: of }) => of.kind === 'choice' && of.values.length === 1);
  if (constant?.field.kind === 'choice') return `${constant.name}: ${String(constant.field.values[0])}`;
  return names.length === 0 ? LABELS.object : `with ${names.slice(0, 2).join(', ')}`;
}
const namesOf = (field: Field): readonly string[] =>
  field.kind === 'object' ? field.members.map(({ name }) => name) : [];

function aboutOf(schema: Schema): About {
  return {
    ...text('title', schema.title),
    ...text('description', schema.description),
    ...(schema.default === undefined ? {} : { fallback: schema.default as Json }),
  };
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = <Name extends string>(name: Name, value: unknown): { readonly [K in Name]?: string } =>
  typeof value === 'string' ? ({ [name]: value } as { readonly [K in Name]?: string }) : {};
const number = <Name extends string>(name: Name, value: unknown): { readonly [K in Name]?: number } =>
  typeof value === 'number' ? ({ [name]: value } as { readonly [K in Name]?: number }) : {};
