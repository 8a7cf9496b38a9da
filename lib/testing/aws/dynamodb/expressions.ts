import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Placeholders, readPath, valueAt } from './paths.ts';
import { invalid, type Tokens, tokens } from './tokens.ts';
import { elementsOf, type Item, order, same, TYPES, typeOf } from './values.ts';

/**
 * Evaluates a condition: comparisons, BETWEEN, IN, AND, OR, NOT, parentheses, and every function that DynamoDB has for
 * conditions; of paths into maps and lists, too.
 *
 * @param item the item as it stands; undefined if there is none
 * @throws ValidationException for what DynamoDB refuses, UnknownFormError for a function that it does not have
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
  for (const [name, test] of FUNCTIONS) {
    if (reader.takeCall(name)) return test(scope);
  }
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

/** The functions of conditions; the bracket that opens has been read. */
const FUNCTIONS: readonly (readonly [string, (scope: Scope) => boolean])[] = [
  ['attribute_exists', (scope) => argument(scope) !== undefined],
  ['attribute_not_exists', (scope) => argument(scope) === undefined],
  ['attribute_type', hasType],
  ['begins_with', beginsWith],
  ['contains', contains],
];

function argument(scope: Scope): AttributeValue | undefined {
  const value = valueAt(scope.item, readPath(scope.reader, scope.placeholders));
  scope.reader.expect(')');
  return value;
}

function twoArguments(scope: Scope): (AttributeValue | undefined)[] {
  const first = operand(scope);
  scope.reader.expect(',');
  const second = operand(scope);
  scope.reader.expect(')');
  return [first, second];
}

function hasType(scope: Scope): boolean {
  const [value, wanted] = twoArguments(scope);
  const type = TYPES.find((one) => one === wanted?.S);
  if (type === undefined) throw invalid(`a type is one of ${TYPES.join(', ')}; function: attribute_type`);
  return value !== undefined && typeOf(value) === type;
}

function beginsWith(scope: Scope): boolean {
  const [whole, prefix] = twoArguments(scope);
  if (whole?.B !== undefined && prefix?.B !== undefined) {
    return Buffer.from(whole.B).subarray(0, prefix.B.length).equals(prefix.B);
  }
  return whole?.S !== undefined && prefix?.S !== undefined && whole.S.startsWith(prefix.S);
}

/** Part of a text or of bytes, or an element of a list or set. */
function contains(scope: Scope): boolean {
  const [whole, part] = twoArguments(scope);
  if (whole === undefined || part === undefined) return false;
  if (whole.S !== undefined) return part.S !== undefined && whole.S.includes(part.S);
  if (whole.B !== undefined) return part.B !== undefined && Buffer.from(whole.B).includes(Buffer.from(part.B));
  return elementsOf(whole).some((element) => same(element, part));
}

/** A path's value in the item (undefined if it has none), a placeholder's, or a size. */
function operand(scope: Scope): AttributeValue | undefined {
  if (!scope.reader.takeCall('size')) return readValue(scope);
  const value = readValue(scope);
  scope.reader.expect(')');
  return value && sizeOf(value);
}

/** A path's value in the item (undefined if it has none), or a placeholder's. */
export function readValue({ reader, item, placeholders }: Scope): AttributeValue | undefined {
  if (reader.peek()?.startsWith(':') !== true) return valueAt(item, readPath(reader, placeholders));
  return placeholder(reader.next(), placeholders);
}

export function placeholder(token: string, { values }: Placeholders): AttributeValue {
  const value = values?.[token];
  if (value === undefined) throw invalid(`an expression attribute value used in expression is not defined: ${token}`);
  return value;
}

/** Characters of a text, bytes, or elements; a number has no size, and compares with nothing. */
function sizeOf(value: AttributeValue): AttributeValue | undefined {
  const { S, B, M } = value;
  if (['N', 'BOOL', 'NULL'].includes(typeOf(value) ?? '')) return undefined;
  const size = S?.length ?? B?.length ?? (M === undefined ? elementsOf(value).length : Object.keys(M).length);
  return { N: String(size) };
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
