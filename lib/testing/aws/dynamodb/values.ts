import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compareNumbers } from './decimal.ts';
import { shortened } from './item-numbers.ts';

export type Item = Record<string, AttributeValue>;

/** Types that an attribute can have. */
export const TYPES = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'BOOL', 'NULL'] as const;
export type AttributeType = (typeof TYPES)[number];

export const typeOf = (value: AttributeValue): AttributeType | undefined =>
  TYPES.find((type) => (value as Partial<Record<AttributeType, unknown>>)[type] !== undefined);

/** Equal by value: entries of a map and elements of a set have no order, `1` and `1.0` are one number. */
export function same(left: AttributeValue, right: AttributeValue): boolean {
  if (left.S !== undefined && right.S !== undefined) return left.S === right.S;
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N) === 0;
  return canonical(comparable(shortened(left))) === canonical(comparable(shortened(right)));
}

/** With sets sorted, and bytes as text. */
function comparable(value: AttributeValue): unknown {
  const { B, SS, NS, BS, L, M } = value;
  if (B !== undefined) return { B: Buffer.from(B).toString('base64') };
  if (BS !== undefined) return { BS: BS.map((bytes) => Buffer.from(bytes).toString('base64')).sort() };
  if (SS !== undefined) return { SS: [...SS].sort() };
  if (NS !== undefined) return { NS: [...NS].sort() };
  if (L !== undefined) return { L: L.map(comparable) };
  if (M === undefined) return value;
  return { M: Object.fromEntries(Object.entries(M).map(([name, inner]) => [name, comparable(inner)])) };
}

/** Below, at or above 0, as two values stand in order; undefined if they have none, being of different types. */
export function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N);
  if (left.S !== undefined && right.S !== undefined) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  return left.B !== undefined && right.B !== undefined ? Buffer.compare(left.B, right.B) : undefined;
}

/** Elements of a list or of a set. */
export function elementsOf({ L, SS, NS, BS }: AttributeValue): readonly AttributeValue[] {
  return L ?? SS?.map((S) => ({ S })) ?? NS?.map((N) => ({ N })) ?? BS?.map((B) => ({ B })) ?? [];
}

/** JSON with every object's keys in order. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
