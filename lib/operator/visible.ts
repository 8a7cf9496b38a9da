/** Line breaks, tabs, and what else moves the cursor on: a run of them is shown as one blank. */
const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;
/** Control characters, format characters (those that turn the direction of text are among them), halves of pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (text: string): string =>
  [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/**
 * Text of anybody's for one line of a terminal or a pipe: no character of it steers the terminal, hides, or turns the text
 * around it. Such a character is shown by its code, as `\u001b`; a line break or tab is a blank.
 */
export const visible = (text: string): string => text.replace(BREAKS, ' ').replace(HIDDEN, escaped);

/** The same for text of many lines, as a stack. */
export const visibleLines = (text: string): string => text.split('\n').map(indentedLine).join('\n');

const indentedLine = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${visible(line.trimStart())}`;

/** A value as JSON, in which such characters are escaped: it is read as the same value. */
export const visibleJson = (value: unknown, indent = 0): string =>
  // A line feed in JSON stands between values alone; one in a string is escaped already.
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(HIDDEN, (hidden) =>
    hidden === '\n' ? hidden : escaped(hidden),
  );
