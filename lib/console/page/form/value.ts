import type { Field, Json, Member } from './model.ts';

/** A part of a value that may not be there. */
export type Part = Json | undefined;

/** What a form begins with: what is required, empty; the rest left out. */
export function emptyOf(field: Field): Json {
  if (field.fallback !== undefined) return field.fallback;
  switch (field.kind) {
    case 'text':
      return '';
    case 'number':
      return field.min !== undefined && field.min > 0 ? field.min : 0;
    case 'flag':
      return false;
    case 'choice':
      return field.values[0] ?? null;
    case 'list':
      return Array.from({ length: Math.max(field.min, isShort(field.item) ? 1 : 0) }, () => emptyOf(field.item));
    case 'object':
      return Object.fromEntries(
        field.members.filter(({ required }) => required).map(({ name, field: of }) => [name, emptyOf(of)]),
      );
    case 'union':
      return field.variants[0] === undefined ? null : emptyOf(field.variants[0].field);
    case 'json':
      return {};
  }
}

const isShort = ({ kind }: Field): boolean => kind === 'text' || kind === 'number' || kind === 'choice';

/** Whether a value is of a field's kind, so that the field can show it. What it holds is the schema's business. */
export function fits(field: Field, value: Part): boolean {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'choice':
      return field.values.some((one) => isSame(one, value));
    case 'list':
      return isList(value) && value.every((one) => fits(field.item, one));
    case 'object':
      return isObject(value) && hasMembers(field.members, value);
    case 'union':
      return field.variants.some((variant) => fits(variant.field, value));
    case 'json':
      return value !== undefined;
  }
}

/** Every member that is required, none that is not known, each of its kind. */
const hasMembers = (members: readonly Member[], value: { readonly [name: string]: Json }): boolean =>
  members.every(({ name, required, field }) => (Object.hasOwn(value, name) ? fits(field, value[name]) : !required)) &&
  Object.keys(value).every((name) => members.some((member) => member.name === name));

/** The variant that a value is of: the first that fits, else the first of its kind, else the first. */
export function variantOf(field: Extract<Field, { kind: 'union' }>, value: Part): number {
  const fit = field.variants.findIndex((variant) => fits(variant.field, value));
  if (fit !== -1) return fit;
  const alike = field.variants.map(({ field: of }) => likeness(of, value));
  return Math.max(0, alike.indexOf(Math.max(...alike)));
}

/** How much of a value a field can show. */
function likeness(field: Field, value: Part): number {
  if (field.kind === 'object' && isObject(value)) {
    return 1 + field.members.filter(({ name }) => Object.hasOwn(value, name)).length;
  }
  return field.kind === 'list' && isList(value) ? 1 : 0;
}

/** Another variant's value, which keeps what both have. */
export function carriedOver(field: Field, value: Part): Json {
  if (fits(field, value) && value !== undefined) return value;
  if (field.kind === 'list' && value !== undefined && fits(field.item, value)) return [value];
  if (isList(value) && value[0] !== undefined && fits(field, value[0])) return value[0];
  const empty = emptyOf(field);
  if (field.kind !== 'object' || !isObject(value) || !isObject(empty)) return empty;
  const kept = field.members.filter(({ name, field: of }) => Object.hasOwn(value, name) && fits(of, value[name]));
  return { ...empty, ...Object.fromEntries(kept.map(({ name }) => [name, value[name] ?? null])) };
}

/** An object with another member; undefined takes it out. Members stand in the form's order, then the others. */
export function withMember(members: readonly Member[], value: Part, name: string, next: Part): Json {
  const before = isObject(value) ? value : {};
  const { [name]: _, ...rest } = before;
  const after: { readonly [name: string]: Json } = next === undefined ? rest : { ...rest, [name]: next };
  const known = members.map((member) => member.name).filter((one) => Object.hasOwn(after, one));
  const others = Object.keys(after).filter((one) => !known.includes(one));
  return Object.fromEntries([...known, ...others].map((one) => [one, after[one] ?? null]));
}

/** A list with another entry in a place; undefined takes it out. */
export function withEntry(value: Part, index: number, next: Part): Json {
  const before = isList(value) ? value : [];
  return next === undefined ? before.toSpliced(index, 1) : before.toSpliced(index, 1, next);
}

/**
 * Reads a number as it is typed.
 *
 * @returns the text itself where it is none, so that the schema says what is wrong with it
 */
export function numberFrom(text: string): Json {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed === '' || !Number.isFinite(number) ? text : number;
}

export const isObject = (value: Part): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !isList(value);
export const isList = (value: Part): value is readonly Json[] => Array.isArray(value);
const isSame = (one: Json, other: Part): boolean => JSON.stringify(one) === JSON.stringify(other);
