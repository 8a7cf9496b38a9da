import { awsError } from '../faults.ts';

/** Digits that DynamoDB keeps of a number (Developer Guide, "Data types"). */
const MAX_DIGITS = 38;
/** Magnitudes that it takes: 1E-130 to 9.99…E125 (the same page). */
const [SMALLEST, LARGEST] = [-130, 125];

/** As nearly every number is that JavaScript writes: nothing to do. */
const SHORT = /^(0|-?[1-9]\d{0,14})$/;

/** `digits × 10^exponent`, with no zero at the end of the digits. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function parsed(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+(?=\d)/, '');
  if (all === '') throw refused(`The parameter cannot be converted to a number: ${text}`);
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { digits: 0n, exponent: 0 };
  const exponent = Number(power) - fraction.length + all.length - digits.length;
  return { digits: BigInt(`${sign === '-' ? '-' : ''}${digits}`), exponent };
}

/** Writes a number as short as can be: `1.50` as `1.5`. @throws ValidationException for what DynamoDB cannot keep */
export function shortNumber(text: string): string {
  return SHORT.test(text) ? text : written(parsed(text));
}

function written({ digits, exponent }: Decimal): string {
  if (digits === 0n) return '0';
  const sign = digits < 0n ? '-' : '';
  const text = String(digits).replace('-', '');
  checkRange(text.length, exponent);
  if (exponent >= 0) return sign + text + '0'.repeat(exponent);
  const padded = text.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function checkRange(length: number, exponent: number): void {
  const magnitude = length - 1 + exponent;
  if (magnitude > LARGEST) throw overflow();
  if (magnitude < SMALLEST)
    throw refused('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  if (length > MAX_DIGITS) throw refused(`Attempting to store more than ${MAX_DIGITS} significant digits in a Number`);
}

const refused = (message: string): Error => awsError('ValidationException', message);

/** In these words also where a sum has too many digits, as Alternator's tests have seen on AWS. */
const overflow = () =>
  refused('Number overflow. Attempting to store a number with magnitude larger than supported range');

/** A sum as DynamoDB counts it: exactly, in decimals. @throws ValidationException if it has more than 38 digits */
export function sumOf(left: string, right: string, sign: 1 | -1): string {
  const [a, b, exponent] = aligned(parsed(left), parsed(right));
  const sum = parsed(`${a + BigInt(sign) * b}e${exponent}`);
  if (String(sum.digits).replace('-', '').length > MAX_DIGITS) throw overflow();
  return written(sum);
}

/** Less than 0 if the first number is the smaller one, 0 if they are equal. */
export function compareNumbers(left: string, right: string): number {
  if (SHORT.test(left) && SHORT.test(right)) return Number(left) - Number(right);
  const [a, b] = aligned(parsed(left), parsed(right));
  return a < b ? -1 : Number(a > b);
}

/** The digits of two numbers at the smaller of their exponents. */
function aligned(left: Decimal, right: Decimal): [left: bigint, right: bigint, exponent: number] {
  const exponent = Math.min(left.exponent, right.exponent);
  const at = (one: Decimal) => one.digits * 10n ** BigInt(one.exponent - exponent);
  return [at(left), at(right), exponent];
}
