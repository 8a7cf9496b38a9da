import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { sumOf } from './decimal.ts';
import { placeholder, readValue, type Scope } from './expressions.ts';
import { shortened } from './item-numbers.ts';
import { checkApart, closeGaps, type Path, type Placeholders, readPath, valueAt, writeAt } from './paths.ts';
import { invalid, tokens, UnknownFormError } from './tokens.ts';
import { elementsOf, type Item, same, typeOf } from './values.ts';

/**
 * Carries out an update expression: SET (one `+` or `-`, if_not_exists, list_append), REMOVE, ADD of a number or to a set,
 * DELETE from a set; of paths into maps and lists, too.
 *
 * @returns the item afterwards; values on the right are those from before
 * @throws ValidationException for what DynamoDB refuses, UnknownFormError for a form that stands nowhere here
 */
export function updated(expression: string, item: Item, placeholders: Placeholders): Item {
  const reader = tokens(expression);
  const scope: Scope = { reader, item, placeholders };
  const clauses = new Set<string>();
  const paths: Path[] = [];
  const after = { ...item };
  while (reader.peek() !== undefined) {
    const clause = reader.next().toUpperCase();
    const change = CLAUSES[clause];
    if (change === undefined) throw invalid(`"${expression}" is not SET, REMOVE, ADD and DELETE`);
    if (clauses.has(clause)) throw invalid(`the "${clause}" section can only be used once in an update expression`);
    clauses.add(clause);
    do {
      const path = readPath(reader, placeholders);
      checkApart(paths, path);
      paths.push(path);
      writeAt(after, path, change(scope, path));
    } while (reader.take(','));
  }
  closeLists(after, paths);
  return after;
}

/** What stands at a path afterwards; undefined for nothing. */
type Change = (scope: Scope, path: Path) => AttributeValue | undefined;

const CLAUSES: Readonly<Record<string, Change>> = {
  SET(scope) {
    scope.reader.expect('=');
    return sum(scope);
  },
  REMOVE: () => undefined,
  ADD({ reader, item, placeholders }, path) {
    const given = operandOf(reader.next(), placeholders);
    const old = valueAt(item, path);
    if (given.N !== undefined) return plus(old ?? { N: '0' }, given, 1);
    return ofSet(old, given, (all, more) => [...all, ...more.filter((one) => !all.some((other) => same(one, other)))]);
  },
  DELETE({ reader, item, placeholders }, path) {
    const given = operandOf(reader.next(), placeholders);
    return ofSet(valueAt(item, path), given, (all, less) =>
      all.filter((one) => !less.some((other) => same(one, other))),
    );
  },
};

function operandOf(token: string, placeholders: Placeholders): AttributeValue {
  if (token.startsWith(':')) return placeholder(token, placeholders);
  throw invalid(`"${token}" is no expression attribute value`);
}

const SETS = ['SS', 'NS', 'BS'] as const;
type SetChange = (all: readonly AttributeValue[], given: readonly AttributeValue[]) => readonly AttributeValue[];

/** A set that a change left empty is gone: DynamoDB has no empty ones. */
function ofSet(old: AttributeValue | undefined, given: AttributeValue, change: SetChange): AttributeValue | undefined {
  const type = SETS.find((one) => one === typeOf(given));
  if (type === undefined) throw invalid(`incorrect operand type for operator or function: ${typeOf(given)}`);
  if (old !== undefined && typeOf(old) !== type) throw incorrectType();
  const before = old === undefined ? [] : elementsOf(shortened(old));
  const left = change(before, elementsOf(shortened(given)));
  const of = { SS: 'S', NS: 'N', BS: 'B' } as const;
  return left.length === 0 ? undefined : ({ [type]: left.map((one) => one[of[type]]) } as unknown as AttributeValue);
}

/** One `+` or `-` at most, as DynamoDB's grammar has it. */
function sum(scope: Scope): AttributeValue {
  const value = term(scope);
  if (scope.reader.take('+')) return plus(value, term(scope), 1);
  return scope.reader.take('-') ? plus(value, term(scope), -1) : value;
}

function term(scope: Scope): AttributeValue {
  const { reader, item, placeholders } = scope;
  if (reader.peek() === '(') throw new UnknownFormError('parentheses on the right of SET', reader.text);
  if (reader.takeCall('if_not_exists')) {
    const present = valueAt(item, readPath(reader, placeholders));
    reader.expect(',');
    const fallback = term(scope);
    reader.expect(')');
    return present ?? fallback;
  }
  if (!reader.takeCall('list_append')) return defined(readValue(scope));
  const first = term(scope);
  reader.expect(',');
  const second = term(scope);
  reader.expect(')');
  if (first.L === undefined || second.L === undefined) throw incorrectType();
  return { L: [...first.L, ...second.L] };
}

function plus(left: AttributeValue, right: AttributeValue, sign: 1 | -1): AttributeValue {
  if (left.N === undefined || right.N === undefined) throw incorrectType();
  return { N: sumOf(left.N, right.N, sign) };
}

function defined(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined) throw invalid('the provided expression refers to an attribute that does not exist');
  return value;
}

const incorrectType = () => invalid('an operand in the update expression has an incorrect data type');

function closeLists(after: Item, paths: readonly Path[]): void {
  for (const [name, ...steps] of paths) {
    const value = steps.length === 0 ? undefined : after[name];
    if (value !== undefined) after[name] = closeGaps(value);
  }
}
