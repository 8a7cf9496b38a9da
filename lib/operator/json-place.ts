/** A string, a number or a word, as RFC 8259 has them. */
const SCALAR =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;
const BLANKS = /[ \t\n\r]*/y;

/**
 * Where a text stops being JSON, for people: "column 12", "line 3, column 1". It quotes nothing of the text, which may be a
 * secret, but one character that is neither letter nor digit: a quote of the wrong kind is found by it.
 *
 * @returns undefined if the text is JSON
 */
export function notJsonAt(text: string): string | undefined {
  const at = faultIn(text);
  if (at === undefined) return undefined;
  const before = text.slice(0, at).split('\n');
  const line = text.trimEnd().includes('\n') ? `line ${before.length}, ` : '';
  const place = `${line}column ${(before.at(-1) ?? '').length + 1}`;
  const [character = ''] = text.slice(at);
  if (text.slice(at).trim() === '') return `it ends at ${place}, and more must follow`;
  return /[!-/:-@[-`{-~]/.test(character) ? `${place} has ${character}` : place;
}

/** Where a text stops being JSON: line and column, from 1. Undefined: it is JSON. */
export function jsonFaultPlace(text: string): { readonly line: number; readonly column: number } | undefined {
  const at = faultIn(text);
  if (at === undefined) return undefined;
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Index of the first character that no JSON text has there; the text's length if it ends too early. */
function faultIn(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  /** What may come. In place of a first value or name, its list or object may end. */
  let next: 'value' | 'first value' | 'name' | 'first name' | 'after' = 'value';
  for (let at = skip(BLANKS, text, 0); ; at = skip(BLANKS, text, at)) {
    const character = text[at] ?? '';
    const closes = character === (open.at(-1) === '{' ? '}' : ']') && open.length > 0;
    if (next === 'after') {
      if (open.length === 0) return character === '' ? undefined : at;
      if (closes) open.pop();
      else if (character === ',') next = open.at(-1) === '{' ? 'name' : 'value';
      else return at;
      at += 1;
    } else if (closes && /^first/.test(next)) {
      open.pop();
      next = 'after';
      at += 1;
    } else if (/name$/.test(next)) {
      const colon = colonAfter(text, at);
      if (text[colon] !== ':' || colon === at) return colon;
      next = 'value';
      at = colon + 1;
    } else if (character === '{' || character === '[') {
      open.push(character);
      next = character === '{' ? 'first name' : 'first value';
      at += 1;
    } else {
      const end = skip(SCALAR, text, at);
      if (end === at) return inString(text, at);
      next = 'after';
      at = end;
    }
  }
}

/** Where the colon behind a name must be; before it, if there is no name. */
function colonAfter(text: string, at: number): number {
  const end = text[at] === '"' ? skip(SCALAR, text, at) : at;
  return end === at ? inString(text, at) : skip(BLANKS, text, end);
}

/** The end of what a pattern finds at an index; the index if it finds nothing. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** In a string that does not end: the character that it cannot hold. */
function inString(text: string, at: number): number {
  if (text[at] !== '"') return at;
  return skip(/"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y, text, at);
}
