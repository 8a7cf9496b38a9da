import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { awsError } from '../faults.ts';
import { RESERVED_WORDS } from './reserved-words.ts';

export type Item = Record<string, AttributeValue>;

/** What the placeholders of an expression stand for. */
export interface Placeholders {
  readonly names?: Record<string, string> | undefined;
  readonly values?: Item | undefined;
}

const TOKEN = /\s*(<=|>=|<>|[=<>(),+-]|[:#]?[A-Za-z_][A-Za-z0-9_.]*)/y;

/** The words and signs of an expression, read one after the other. */
export interface Tokens {
  peek(): string | undefined;
  next(): string;
  /** Takes the next token if it is this one, in any case. */
  take(token: string): boolean;
  expect(token: string): void;
}

/** The same few expressions come again and again: each is cut once. */
const cut = new Map<string, readonly string[]>();
const MOST_CUT = 1000;

function cutUp(expression: string): readonly string[] {
  const known = cut.get(expression);
  if (known !== undefined) return known;
  const all: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < expression.trimEnd().length) {
    const at = pattern.lastIndex;
    const token = pattern.exec(expression)?.[1];
    if (token === undefined) throw invalid(`cannot read "${expression.slice(at, at + 20)}"`);
    all.push(token);
  }
  if (cut.size >= MOST_CUT) cut.clear();
  cut.set(expression, all);
  return all;
}

export function tokens(expression: string): Tokens {
  const all = cutUp(expression);
  let position = 0;
  const next = () => {
    const token = all[position++];
    if (token === undefined) throw invalid(`"${expression}" ends too early`);
    return token;
  };
  const take = (token: string) => {
    const here = all[position];
    if (here !== token && here?.toUpperCase() !== token.toUpperCase()) return false;
    position += 1;
    return true;
  };
  const expect = (token: string) => {
    if (!take(token)) throw invalid(`expected "${token}" in "${expression}", got "${all[position] ?? 'its end'}"`);
  };
  return { peek: () => all[position], next, take, expect };
}

export const invalid = (message: string): Error => awsError('ValidationException', `Invalid expression: ${message}`);

/**
 * Evaluates a condition: comparisons, BETWEEN, IN, AND, OR, NOT, parentheses, attribute_exists,
 * attribute_not_exists, begins_with, contains.
 *
 * @param item the item as it stands; undefined if there is none
 * @throws ValidationException for anything else
 */
export function holds(expression: string, item: Item | undefined, placeholders: Placeholders): boolean {
  const reader = tokens(expression);
  const scope: Scope = { reader, item: item ?? {}, placeholders };
  const result = disjunction(scope);
  if (reader.peek() !== undefined) throw invalid(`"${reader.peek()}" was not expected`);
  return result;
}

export interface Scope {
  readonly reader: Tokens;
  readonly item: Item;
  readonly placeholders: Placeholders;
}

function disjunction(scope: Scope): boolean {
  let result = conjunction(scope);
  while (scope.reader.take('OR')) result = conjunction(scope) || result;
  return result;
}

function conjunction(scope: Scope): boolean {
  let result = negation(scope);
  while (scope.reader.take('AND')) result = negation(scope) && result;
  return result;
}

function negation(scope: Scope): boolean {
  return scope.reader.take('NOT') ? !negation(scope) : primary(scope);
}

function primary(scope: Scope): boolean {
  const { reader } = scope;
  if (reader.take('(')) {
    const result = disjunction(scope);
    reader.expect(')');
    return result;
  }
  if (reader.take('attribute_exists')) return argument(scope) !== undefined;
  if (reader.take('attribute_not_exists')) return argument(scope) === undefined;
  if (reader.take('begins_with')) return beginsWith(scope);
  if (reader.take('contains')) return contains(scope);
  const left = operand(scope);
  if (reader.take('BETWEEN')) return isBetween(left, scope);
  if (reader.take('IN')) return isOneOf(left, scope);
  const operator = reader.next();
  return compare(left, operator, operand(scope));
}

function isBetween(value: AttributeValue | undefined, scope: Scope): boolean {
  const from = operand(scope);
  scope.reader.expect('AND');
  const to = operand(scope);
  return compare(value, '>=', from) && compare(value, '<=', to);
}

function isOneOf(value: AttributeValue | undefined, scope: Scope): boolean {
  const listed: (AttributeValue | undefined)[] = [];
  scope.reader.expect('(');
  do listed.push(operand(scope));
  while (scope.reader.take(','));
  scope.reader.expect(')');
  return listed.some((one) => compare(value, '=', one));
}

function argument(scope: Scope): AttributeValue | undefined {
  scope.reader.expect('(');
  const value = operand(scope);
  scope.reader.expect(')');
  return value;
}

function twoArguments(scope: Scope): (AttributeValue | undefined)[] {
  scope.reader.expect('(');
  const first = operand(scope);
  scope.reader.expect(',');
  const second = operand(scope);
  scope.reader.expect(')');
  return [first, second];
}

function beginsWith(scope: Scope): boolean {
  const [text, prefix] = twoArguments(scope);
  return text?.S !== undefined && prefix?.S !== undefined && text.S.startsWith(prefix.S);
}

/** Part of a text, or an element of a list or set. */
function contains(scope: Scope): boolean {
  const [whole, part] = twoArguments(scope);
  if (whole === undefined || part === undefined) return false;
  if (whole.S !== undefined) return part.S !== undefined && whole.S.includes(part.S);
  const elements = whole.L ?? whole.SS?.map((S) => ({ S })) ?? whole.NS?.map((N) => ({ N })) ?? [];
  return elements.some((element) => same(element, part));
}

/** A path's value in the item (undefined if it has none) or a placeholder's. */
export function operand(scope: Scope): AttributeValue | undefined {
  const token = scope.reader.next();
  if (!token.startsWith(':')) return scope.item[attributeName(token, scope.placeholders)];
  const value = scope.placeholders.values?.[token];
  if (value === undefined) throw invalid(`an expression attribute value used in expression is not defined: ${token}`);
  return value;
}

export function attributeName(token: string, { names }: Placeholders): string {
  if (!/^#?[A-Za-z_]/.test(token) || token.includes('.')) throw invalid(`"${token}" is not a top-level attribute`);
  if (!token.startsWith('#')) {
    if (!RESERVED_WORDS.has(token.toUpperCase())) return token;
    throw invalid(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
  }
  const name = names?.[token];
  if (name === undefined) throw invalid(`an expression attribute name used in expression is not defined: ${token}`);
  return name;
}

/** As DynamoDB compares: values of different types are never equal and have no order. */
function compare(left: AttributeValue | undefined, operator: string, right: AttributeValue | undefined): boolean {
  if (left === undefined || right === undefined) return operator === '<>' && left !== right;
  if (operator === '=') return same(left, right);
  if (operator === '<>') return !same(left, right);
  const difference = order(left, right);
  if (difference === undefined) return false;
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      throw invalid(`"${operator}" is no comparison`);
  }
}

/** Equal by value: the order of a map's entries does not matter, `1` and `1.0` are one number. */
export function same(left: AttributeValue, right: AttributeValue): boolean {
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) === Number(right.N);
  if (left.S !== undefined && right.S !== undefined) return left.S === right.S;
  return canonical(left) === canonical(right);
}

function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) - Number(right.N);
  if (left.S !== undefined && right.S !== undefined) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  return undefined;
}

/** JSON with every object's keys in order. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
