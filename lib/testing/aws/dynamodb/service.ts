import { awsError, type Fault } from '../faults.ts';
import type { MemoryTable } from './table.ts';
import type { Item } from './values.ts';

export type Tables = (name: string | undefined) => MemoryTable;

/** One command: its input in attribute-value form, and the reply that it makes. */
export type DynamoDbCommand<Input> = (input: Input, table: Tables, fault: Fault | undefined) => object;

export const validation = (message: string): Error => awsError('ValidationException', message);

export const CONDITION_FAILED = 'The conditional request failed';

/** A condition that did not hold, with the item as it stands if the call asked for it. */
export function conditionFailed(item: Item | undefined): Error {
  const error = awsError('ConditionalCheckFailedException', CONDITION_FAILED);
  return Object.assign(error, item !== undefined && { Item: item });
}

/** What the placeholders of a request stand for, as it names them. */
export interface Named {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

export const placeholdersOf = (input: Named) => ({
  names: input.ExpressionAttributeNames,
  values: input.ExpressionAttributeValues,
});

/** @throws ValidationException if a request gives no placeholder at all, or one that none of its expressions uses */
export function checkAllUsed(input: Named, expressions: readonly (string | undefined)[]): void {
  for (const name of ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const) {
    if (input[name] !== undefined && Object.keys(input[name]).length === 0)
      throw validation(`${name} must not be empty`);
  }
  const used = new Set(expressions.join(' ').match(/[#:]\w+/g));
  const unused = (given: object | undefined) => Object.keys(given ?? {}).filter((name) => !used.has(name));
  for (const name of unused(input.ExpressionAttributeNames)) {
    throw validation(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${name}}`);
  }
  for (const name of unused(input.ExpressionAttributeValues)) {
    throw validation(`Value provided in ExpressionAttributeValues unused in expressions: keys: {${name}}`);
  }
}
