import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchStatementRequest,
} from '@aws-sdk/client-dynamodb';

/** From 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

export const below = (random: Random, bound: number): number => Math.floor(random() * bound);
const pick = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)] as T;
const many = <T>(random: Random, most: number, make: () => T): T[] => Array.from({ length: below(random, most) }, make);

const TEXTS = [
  '',
  'plain',
  'a "quoted" \\ back / slash',
  'ü ß 漢字 \u2028\u2029 😀 \u007f\u0080\uffff',
  '\u0000\u0001\b\t\n\f\r\u001f',
  '"B":{"0":1}',
  '"BS":["null"]',
  '{"__type":"x"}',
  '__proto__',
  'x'.repeat(5000),
];
const NAMES = ['id', 'S', 'n ü"', 'Item', 'Error', '__type', 'toString', 'a', 'b', 'c'];
/** One that bytes have, too. */
const NAMES_OF_BYTES = ['B', 'BS'];

export const text = (random: Random): string =>
  many(random, 4, () => pick(random, TEXTS)).join('') + String(below(random, 1e6));

const bytes = (random: Random): Uint8Array => Buffer.from(many(random, 40, () => below(random, 256)));

/** An attribute of any type. @param withBytes whether it may be, or hold, bytes */
export function attribute(random: Random, withBytes: boolean, depth = 0): AttributeValue {
  const kind = below(random, depth > 2 ? 6 : 10);
  if (kind === 0) return { N: String((random() - 0.5) * 10 ** below(random, 40)) };
  if (kind === 1) return { BOOL: random() < 0.5 };
  if (kind === 2) return { NULL: true };
  if (kind === 3) return { SS: [text(random), text(random)] };
  if (kind === 4 && withBytes) return random() < 0.5 ? { B: bytes(random) } : { BS: [bytes(random), bytes(random)] };
  if (kind === 6) return { L: many(random, 4, () => attribute(random, withBytes, depth + 1)) };
  if (kind === 7) return { M: item(random, withBytes, depth + 1) };
  if (kind === 8) return { NS: ['1', '-2.5e7'] };
  return { S: text(random) };
}

/** An item with attributes of any names and types. */
export const item = (random: Random, withBytes: boolean, depth = 0): Record<string, AttributeValue> =>
  Object.fromEntries(
    many(random, 6, () => [
      pick(random, random() < 0.02 ? NAMES_OF_BYTES : NAMES),
      attribute(random, withBytes, depth),
    ]),
  );

function statement(random: Random, withBytes: boolean): BatchStatementRequest {
  const Parameters = many(random, 12, () => attribute(random, withBytes));
  return {
    Statement: `UPDATE "jobs" SET "${text(random)}" = ?`,
    ...(Parameters.length > 0 && { Parameters }),
    ...(random() < 0.1 && { ConsistentRead: random() < 0.5 }),
    ...(random() < 0.5 && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
  };
}

function batchGet(random: Random, withBytes: boolean): BatchGetItemCommand {
  const keys = () => ({
    Keys: Array.from({ length: 1 + below(random, 10) }, () => ({ id: attribute(random, withBytes) })),
    ...(random() < 0.5 && { ConsistentRead: true }),
    ...(random() < 0.5 && { ProjectionExpression: '#id', ExpressionAttributeNames: { '#id': text(random) } }),
  });
  return new BatchGetItemCommand({ RequestItems: { jobs: keys(), ...(random() < 0.2 && { 'other-table': keys() }) } });
}

/**
 * A command of one of the two kinds; few have bytes somewhere. Members stand in the order of the SDK's schema, in
 * which it writes them.
 */
export function command(random: Random): BatchExecuteStatementCommand | BatchGetItemCommand {
  const withBytes = random() < 0.1;
  if (random() < 0.3) return batchGet(random, withBytes);
  const Statements = Array.from({ length: 1 + below(random, 25) }, () => statement(random, withBytes));
  return new BatchExecuteStatementCommand({
    Statements,
    ...(random() < 0.1 && { ReturnConsumedCapacity: 'TOTAL' as const }),
  });
}
