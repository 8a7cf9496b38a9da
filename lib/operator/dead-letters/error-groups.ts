import type { JobError } from '../../contract/errors.ts';

/** What differs from job to job in messages of one error, and what stands in its place. The first that fits wins. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, '<e-mail>'],
  [/\b[a-z]+:\/\/[^\s"'<>)]+/gi, '<url>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/"[^"]*"|'[^']*'|“[^”]*”/g, '<text>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '<hex>'],
  // An id such as pi_3Abc9 or ord-1003: letters and digits mixed.
  [/\b(?=[\w-]*\d)[a-z]+[_-][\w-]*\b/gi, '<id>'],
  // A status of HTTP that tells of an error stays: it is what an operator looks for.
  [/\b(?![45]\d\d\b(?!\.\d))\d+(?:[.,]\d+)*/g, '<n>'],
  [/(?<=[a-z])\d+/gi, '<n>'],
];

/** Longest text of a group: a table's cell. */
const MAX_LENGTH = 120;

/** An error without what differs from job to job, so that errors of one cause are one group: `name: message`. */
export function normalisedError({ name, message }: JobError): string {
  const text = VARIABLE.reduce((rest, [pattern, stand]) => rest.replace(pattern, stand), message);
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
  return cut === '' ? name : `${name}: ${cut}`;
}
