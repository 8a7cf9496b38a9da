import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { attributeName, type Item, invalid, operand, type Placeholders, type Scope, tokens } from './expressions.ts';

/**
 * Carries out an update expression: SET (also with `+`, `-` and if_not_exists), REMOVE, ADD of a number.
 *
 * @returns the item afterwards; values on the right are those from before
 * @throws ValidationException for anything else
 */
export function updated(expression: string, item: Item, placeholders: Placeholders): Item {
  const reader = tokens(expression);
  const scope: Scope = { reader, item, placeholders };
  const after = { ...item };
  const changed = new Set<string>();
  while (reader.peek() !== undefined) {
    const change = CLAUSES[reader.next().toUpperCase()];
    if (change === undefined) throw invalid(`"${expression}" is not SET, REMOVE and ADD`);
    do {
      const name = attributeName(reader.next(), placeholders);
      if (changed.has(name)) throw invalid(`two document paths overlap with each other: ${name}`);
      changed.add(name);
      change(scope, after, name);
    } while (reader.take(','));
  }
  return after;
}

const CLAUSES: Record<string, (scope: Scope, after: Item, name: string) => void> = {
  SET(scope, after, name) {
    scope.reader.expect('=');
    after[name] = sum(scope);
  },
  REMOVE(_, after, name) {
    delete after[name];
  },
  ADD(scope, after, name) {
    after[name] = plus(scope.item[name] ?? { N: '0' }, term(scope), 1);
  },
};

function sum(scope: Scope): AttributeValue {
  let value = term(scope);
  for (;;) {
    if (scope.reader.take('+')) value = plus(value, term(scope), 1);
    else if (scope.reader.take('-')) value = plus(value, term(scope), -1);
    else return value;
  }
}

function term(scope: Scope): AttributeValue {
  if (!scope.reader.take('if_not_exists')) return defined(operand(scope));
  scope.reader.expect('(');
  const present = operand(scope);
  scope.reader.expect(',');
  const fallback = defined(operand(scope));
  scope.reader.expect(')');
  return present ?? fallback;
}

function plus(left: AttributeValue, right: AttributeValue, sign: 1 | -1): AttributeValue {
  if (left.N === undefined || right.N === undefined) throw invalid('an operand is not a number');
  return { N: String(Number(left.N) + sign * Number(right.N)) };
}

function defined(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined) throw invalid('the provided expression refers to an attribute that does not exist');
  return value;
}
