import type { JobError } from '../../contract/errors.ts';

/** Parts of error messages that differ from job to job, and what replaces each. Applied in this order. */
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
  // An HTTP status of 4xx or 5xx stays: an operator looks for it.
  [/\b(?![45]\d\d\b(?!\.\d))\d+(?:[.,]\d+)*/g, '<n>'],
  [/(?<=[a-z])\d+/gi, '<n>'],
];

/** Longest text of a group: a table's cell. */
const MAX_LENGTH = 120;

/** `name: message` without what differs from job to job, so that errors of one cause form one group. */
export function normalisedError({ name, message }: JobError): string {
  const text = VARIABLE.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), message);
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
  return cut === '' ? name : `${name}: ${cut}`;
}
