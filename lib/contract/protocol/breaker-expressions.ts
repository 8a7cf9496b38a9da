import type { BreakerItem, BreakerWrite } from './breaker-item.ts';

/** A write as the parameters of an UpdateItem, its values not yet marshalled. */
export interface BreakerExpressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a write of a breaker's item says to DynamoDB. Every name is a placeholder: `state` and others are reserved words. */
export function breakerExpressions({ fence, takenAtMost, set, copy = {}, add = {}, remove = [] }: BreakerWrite) {
  const used = new Set<keyof BreakerItem>();
  const values: Record<string, unknown> = {};
  const name = (of: string) => {
    used.add(of as keyof BreakerItem);
    return `#${of}`;
  };
  const value = (kind: string, of: string, given: unknown) => {
    values[`:${kind}_${of}`] = given;
    return `:${kind}_${of}`;
  };
  const each = (of: object, one: (attribute: string, given: unknown) => string) =>
    Object.entries(of).flatMap(([attribute, given]) => (given === undefined ? [] : one(attribute, given)));
  const is = (of: string, given: unknown) => `${name(of)} = ${value('is', of, given)}`;
  const sets = [
    ...each(set, (of, given) => `${name(of)} = ${value('set', of, given)}`),
    ...each(copy, (of, from) => `${name(of)} = ${name(String(from))}`),
  ];
  const clauses = [
    clause('SET', sets),
    clause(
      'ADD',
      each(add, (of, given) => `${name(of)} ${value('add', of, given)}`),
    ),
    clause('REMOVE', remove.map(name)),
  ];
  const conditions = [
    ...(fence === 'absent' ? [`attribute_not_exists(${name('id')})`] : each(fence, is)),
    ...(takenAtMost === undefined ? [] : [`${name('taken')} <= ${value('most', 'taken', takenAtMost)}`]),
  ];
  return {
    UpdateExpression: clauses.flat().join(' '),
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([...used].map((of) => [`#${of}`, of])),
    values,
  } satisfies BreakerExpressions;
}

const clause = (word: string, changes: readonly string[]): string[] =>
  changes.length === 0 ? [] : [`${word} ${changes.join(', ')}`];
