import { readFileSync, writeFileSync } from 'node:fs';

/** The marks of the part of a page that a program writes. */
export interface Marks {
  readonly start: string;
  readonly end: string;
}

/**
 * @param what    a name for the part: "facts"
 * @param command how it is written: "node test/fidelity/recorded/markdown.ts"
 */
export const marksOf = (what: string, command: string): Marks => ({
  start: `<!-- ${what}: made by \`${command}\`, do not edit -->`,
  end: `<!-- end of ${what} -->`,
});

/** A page's generated part, marks included. @throws RangeError if the page has no such part */
export function generatedPart(page: string, marks: Marks): string {
  const [from, to] = ends(page, marks);
  return page.slice(from, to);
}

/** The page with a new generated part, marks included, in the old one's place. @throws RangeError as {@link generatedPart} */
export function withGeneratedPart(page: string, marks: Marks, part: string): string {
  const [from, to] = ends(page, marks);
  return page.slice(0, from) + part + page.slice(to);
}

/** Puts a new generated part, marks included, into a page's file. @throws RangeError as {@link generatedPart} */
export function writePart(file: string | URL, marks: Marks, part: string): void {
  writeFileSync(file, withGeneratedPart(readFileSync(file, 'utf8'), marks, part));
}

function ends(page: string, { start, end }: Marks): [number, number] {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the page has no part between "${start}" and "${end}"`);
  return [from, to + end.length];
}
