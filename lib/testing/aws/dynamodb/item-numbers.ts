import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { awsError } from '../faults.ts';
import type { Item } from './expressions.ts';

/** Digits that DynamoDB keeps of a number (Developer Guide, "Data types"). */
const MAX_DIGITS = 38;

/** As nearly every number is that JavaScript writes: nothing to do. */
const SHORT = /^(0|-?[1-9]\d{0,15})$/;

/**
 * An item as it is kept: every number written as short as can be, `1.50` as `1.5`.
 *
 * @throws ValidationException for a number of more than 38 digits, or none
 */
export function withShortNumbers(item: Item): Item {
  if (!mayBeLonger(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, shortened(value)]));
}

function mayBeLonger(item: Item): boolean {
  for (const name in item) {
    const { S, N, M, L, NS } = item[name] as AttributeValue;
    if (S === undefined && (M ?? L ?? NS ?? (N !== undefined && !SHORT.test(N)))) return true;
  }
  return false;
}

function shortened(value: AttributeValue): AttributeValue {
  if (value.N !== undefined) return { N: shortNumber(value.N) };
  if (value.M !== undefined) return { M: withShortNumbers(value.M) };
  if (value.L !== undefined) return { L: value.L.map(shortened) };
  return value.NS === undefined ? value : { NS: value.NS.map(shortNumber) };
}

function shortNumber(text: string): string {
  if (SHORT.test(text)) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole + fraction === '')
    throw awsError('ValidationException', `The parameter cannot be converted to a number: ${text}`);
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const padded = all.padEnd(point, '0').padStart(all.length + Math.max(0, -point), '0');
  const at = Math.max(0, point);
  const [left, right] = [padded.slice(0, at).replace(/^0+/, ''), padded.slice(at).replace(/0+$/, '')];
  const digits = (left + right).replace(/^0+|0+$/g, '').length;
  if (digits > MAX_DIGITS)
    throw awsError('ValidationException', `Attempting to store more than ${MAX_DIGITS} significant digits in a Number`);
  if (digits === 0) return '0';
  return `${sign === '-' ? '-' : ''}${left || '0'}${right && `.${right}`}`;
}
