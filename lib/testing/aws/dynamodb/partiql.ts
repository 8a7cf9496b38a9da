import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Item, same } from './values.ts';

/** A statement that the engine writes, with its parameters in their places. */
export type PartiQl =
  | { readonly kind: 'insert'; readonly table: string; readonly item: Item }
  | {
      readonly kind: 'update';
      readonly table: string;
      readonly set: Item;
      readonly remove: readonly string[];
      /** Attributes that must have these values, the key among them. */
      readonly equal: Item;
      /** Attributes that the item must not have. */
      readonly missing: readonly string[];
    };

/** A statement in none of the three forms that DynamoDB and the emulators read alike. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}

const INSERT = /^INSERT INTO "([^"]+)" VALUE \{(.+)\}$/s;
const UPDATE = /^UPDATE "([^"]+)" (.+) WHERE (.+)$/s;
const SET = /^SET "([^"]+)" = \?\s*/;
const REMOVE = /^REMOVE "([^"]+)"\s*/;
const FIELD = /^'([^']+)': \?$/;
const EQUAL = /^"([^"]+)" = \?$/;
const MISSING = /^"([^"]+)" IS MISSING$/;

/**
 * Reads exactly the statements that `lib/engine/table/statements.ts` writes: anything else is refused, so that no form slips in
 * that DynamoDB was never asked about.
 *
 * @throws StatementError
 */
export function parseStatement(text: string, parameters: readonly AttributeValue[]): PartiQl {
  const { statement, places } = formOf(text);
  const excess = parameters.length - places;
  if (excess < 0) throw new StatementError(`more "?" than parameters: ${text}`);
  if (excess > 0) throw new StatementError(`${excess} parameters too many: ${text}`);
  if (statement.kind === 'insert') return { ...statement, item: filled(statement.item, parameters) };
  const { set, equal } = statement;
  return { ...statement, set: filled(set, parameters), equal: filled(equal, parameters) };
}

/** A statement whose values are the numbers of their parameters, and how many those are. */
interface Form {
  readonly statement: PartiQl;
  readonly places: number;
}

/** The engine has some forty statements: each is read once. */
const forms = new Map<string, Form>();
const MOST_FORMS = 1000;

function formOf(text: string): Form {
  const known = forms.get(text);
  if (known !== undefined) return known;
  let places = 0;
  const parameter = (): AttributeValue => ({ N: String(places++) });
  const statement = insertion(text, parameter) ?? updating(text, parameter);
  if (forms.size >= MOST_FORMS) forms.clear();
  const form = { statement, places };
  forms.set(text, form);
  return form;
}

function filled(form: Item, parameters: readonly AttributeValue[]): Item {
  const item: Item = {};
  for (const name in form) {
    const value = parameters[Number(form[name]?.N)];
    if (value !== undefined) item[name] = value;
  }
  return item;
}

function insertion(text: string, parameter: () => AttributeValue): PartiQl | undefined {
  const [, table, fields] = INSERT.exec(text) ?? [];
  if (table === undefined || fields === undefined) return undefined;
  const item: Item = {};
  for (const field of fields.split(', ')) item[named(FIELD, field)] = parameter();
  return { kind: 'insert', table, item };
}

function updating(text: string, parameter: () => AttributeValue): PartiQl {
  const [, table, clauses, where] = UPDATE.exec(text) ?? [];
  if (table === undefined || clauses === undefined || where === undefined) throw new StatementError(`unread: ${text}`);
  const set: Item = {};
  const remove: string[] = [];
  let rest = clauses;
  while (rest !== '') {
    const assigned = SET.exec(rest);
    const removed = assigned === null ? REMOVE.exec(rest) : null;
    const [whole = '', name] = assigned ?? removed ?? [];
    if (name === undefined) throw new StatementError(`unread: ${rest}`);
    if (name in set || remove.includes(name)) throw new StatementError(`two clauses for ${name}: ${text}`);
    if (assigned !== null) set[name] = parameter();
    else remove.push(name);
    rest = rest.slice(whole.length);
  }
  const equal: Item = {};
  const missing: string[] = [];
  for (const condition of where.split(' AND ')) {
    const name = MISSING.exec(condition)?.[1];
    if (name !== undefined) missing.push(name);
    else equal[named(EQUAL, condition)] = parameter();
  }
  return { kind: 'update', table, set, remove, equal, missing };
}

function named(pattern: RegExp, text: string): string {
  const name = pattern.exec(text)?.[1];
  if (name === undefined) throw new StatementError(`unread: ${text}`);
  return name;
}

/** Whether an update's WHERE holds for an item. */
export function matches({ equal, missing }: PartiQl & { kind: 'update' }, item: Item): boolean {
  const equals = Object.entries(equal).every(([name, value]) => {
    const own = item[name];
    return own !== undefined && same(own, value);
  });
  return equals && missing.every((name) => item[name] === undefined);
}
