/** JSON as text: what a person gave is what is sent, digit by digit. All of it takes text that JSON.parse has taken. */

/** Strings, punctuation, and whatever else stands between blanks: numbers, true, false, null. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Token {
  readonly text: string;
  readonly start: number;
  /** How many objects and lists it stands in, its own brackets not counted. */
  readonly depth: number;
  /** Field names and indexes down to it. */
  readonly path: readonly string[];
  readonly isName: boolean;
}

function* tokensOf(json: string): Generator<Token> {
  /** The field or index that is read at each depth; a list counts, an object takes the name that comes. */
  const path: (string | number)[] = [];
  const isList: boolean[] = [];
  let before = '';
  for (const { 0: text, index: start } of json.matchAll(TOKEN)) {
    if (text === '}' || text === ']') {
      path.pop();
      isList.pop();
    }
    const isName = isList.at(-1) === false && (before === '{' || before === ',') && text.startsWith('"');
    if (isName) path[path.length - 1] = JSON.parse(text) as string;
    yield { text, start, depth: path.length, path: path.map(String), isName };
    if (text === ',' && isList.at(-1)) path[path.length - 1] = Number(path.at(-1)) + 1;
    if (text === '{' || text === '[') {
      path.push(text === '[' ? 0 : '');
      isList.push(text === '[');
    }
    before = text;
  }
}

/** The text of a field of the object that a text is; of two of one name the last, as JSON.parse has it. */
export function fieldText(json: string, name: string): string | undefined {
  let from: number | undefined;
  let found: string | undefined;
  for (const { text, start, depth, path, isName } of tokensOf(json)) {
    const ends = depth === 0 || (depth === 1 && text === ',');
    if (ends && from !== undefined) {
      found = json.slice(from, start).trim();
      from = undefined;
    }
    if (depth === 1 && text === ':' && path[0] === name && !isName) from = start + 1;
  }
  return found;
}

/**
 * The first number that JavaScript, and with it every handler, would read as another one: 2^53 + 1, 1e400, twenty decimals.
 *
 * @returns the path to it, as "payload.account"; undefined if there is none
 */
export function unheldNumber(json: string, root: readonly string[] = []): string | undefined {
  // Most texts have no number of so many digits, nor an exponent.
  if (!/\d{16}|[\d.]{17}|\d[eE]/.test(json)) return undefined;
  for (const { text, path } of tokensOf(json)) {
    if (/^[-\d]/.test(text) && !isHeld(text)) return [...root, ...path].join('.').slice(0, 200) || 'it';
  }
  return undefined;
}

/** Says what is wrong with such a number, without its digits: they are of a payload. */
export const unheldMessage = (path: string): string =>
  `the number ${path} has more digits than JavaScript holds, handlers would read another one: send it as text`;

function isHeld(text: string): boolean {
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  // JavaScript writes no more digits than tell a number from its neighbours: 2^70 may also be given with all of them.
  const isExact = /^-?\d+$/.test(text) && BigInt(text) === BigInt(number);
  return isExact || digitsOf(text) === digitsOf(String(number));
}

/** A number without its sign, as its digits and the power of ten behind them: 1.50 and 15e-1 are 15e-1. */
function digitsOf(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

/** The same text over lines, for people: only blanks between its tokens differ. */
export function indented(json: string): string {
  let out = '';
  let before = '';
  for (const { text, depth } of tokensOf(json)) {
    const isOpen = before === '{' || before === '[';
    const isEnd = text === '}' || text === ']';
    if (isEnd ? !isOpen : isOpen || before === ',') out += `\n${'  '.repeat(depth)}`;
    out += text === ':' ? ': ' : text;
    before = text;
  }
  return out;
}
