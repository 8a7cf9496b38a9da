/** Where a value stands in a JSON text: the first character, and the one after the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Line and column, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The steps of a JSON pointer (RFC 6901): `/to/0` is `to`, `0`. */
export const stepsOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The JSON pointer of some steps. */
export const pointerOf = (steps: readonly (string | number)[]): string =>
  steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/**
 * Where the value of a pointer stands in a text.
 *
 * @param text JSON; what follows the value may be broken
 * @returns the nearest value around it where the text has none at the pointer, as for a field that is missing; undefined if the
 *          text is no JSON that far
 */
export function spanOf(text: string, pointer: string): Span | undefined {
  let at = afterBlanks(text, 0);
  for (const step of stepsOf(pointer)) {
    const inner = text[at] === '{' ? memberAt(text, at, step) : text[at] === '[' ? entryAt(text, at, step) : undefined;
    if (inner === undefined) break;
    at = inner;
  }
  const end = afterValue(text, at);
  return end === undefined ? undefined : { start: at, end };
}

/** Line and column of a character. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** The character of a line and column, within the text. */
export function offsetAt(text: string, { line, column }: Position): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/**
 * Puts another value in the place of one, and leaves every other character as it is.
 *
 * @returns undefined if the text has no such value
 */
export function replaced(text: string, pointer: string, value: string): string | undefined {
  const span = spanOf(text, pointer);
  const parent = spanOf(text, pointer.slice(0, Math.max(0, pointer.lastIndexOf('/'))));
  if (span === undefined || (pointer !== '' && span.start === parent?.start)) return undefined;
  return text.slice(0, span.start) + value + text.slice(span.end);
}

const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const WORD = /[^\s,\]}:"[{]+/y;
const BLANKS = /\s*/y;

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const afterBlanks = (text: string, at: number): number => match(BLANKS, text, at) ?? at;

/** Where a member's value begins; the last one of that name, as JSON.parse has it. */
function memberAt(text: string, open: number, name: string): number | undefined {
  let found: number | undefined;
  for (const { key, start } of partsOf(text, open)) {
    if (key !== undefined && nameOf(key) === name) found = start;
  }
  return found;
}

function nameOf(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}

function entryAt(text: string, open: number, step: string): number | undefined {
  let index = 0;
  for (const { start } of partsOf(text, open)) {
    if (String(index) === step) return start;
    index += 1;
  }
  return undefined;
}

/** The values of a list or an object, up to where the text is broken. */
function* partsOf(text: string, open: number): Generator<{ readonly key?: string; readonly start: number }> {
  const isObject = text[open] === '{';
  let at = afterBlanks(text, open + 1);
  while (at < text.length && text[at] !== (isObject ? '}' : ']')) {
    let key: string | undefined;
    if (isObject) {
      const end = match(STRING, text, at);
      if (end === undefined) return;
      key = text.slice(at, end);
      const colon = afterBlanks(text, end);
      if (text[colon] !== ':') return;
      at = afterBlanks(text, colon + 1);
    }
    yield key === undefined ? { start: at } : { key, start: at };
    const end = afterValue(text, at);
    if (end === undefined) return;
    at = afterBlanks(text, end);
    if (text[at] === ',') at = afterBlanks(text, at + 1);
  }
}

/** The character after a value. Lists and objects are counted, not called: a body may be as deep as it is long. */
function afterValue(text: string, start: number): number | undefined {
  let depth = 0;
  let at = start;
  do {
    at = afterBlanks(text, at);
    const character = text[at];
    if (character === undefined) return undefined;
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    if (depth < 0) return undefined;
    const end = /[{}[\],:]/.test(character) ? at + 1 : match(character === '"' ? STRING : WORD, text, at);
    if (end === undefined) return undefined;
    at = end;
  } while (depth > 0);
  return at;
}
