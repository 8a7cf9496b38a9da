import { jobTypeFiles } from './job-type-files.ts';

/** The catalogue is not written in the form that a line can be added to. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

/** Longest line (.biome.json). */
const LINE_WIDTH = 120;
const LIST = /^export const definitions = \[([\s\w$,]*)\] as const;$/m;
const IMPORT = /^import \{ [\w$]+ \} from '\.\/([^/']+)[^']*';$/gm;
/** The linter's order of imports: folder by folder, numbers by their value. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** Words of JavaScript's that no variable can have, beside those that the new files hold. */
const RESERVED =
  'arguments await break case catch class continue debugger default delete do else enum eval extends false finally for ' +
  'function if implements in instanceof interface let package private protected public static super switch this throw ' +
  'true try typeof undefined var void while with yield';

/** Every word of the new files' code: a definition of that name would hide it, or be hidden by it. */
const TAKEN = new Set([
  ...['definitions', 'defineConfig', ...RESERVED.split(' ')],
  ...wordsOf(Object.values(jobTypeFiles('', '')).join('\n')),
]);

function wordsOf(code: string): readonly string[] {
  const bare = code.replace(/\/\*.*?\*\//gs, '').replace(/'[^'\n]*'/g, '');
  return bare.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

/**
 * Adds a job type to the catalogue's text: its import, in order, and its name at the list's end.
 *
 * @returns the new text, and the name of the definition: `resizeImage` for `resize-image`
 * @throws CatalogueError if the list cannot be read
 */
export function inCatalogue(type: string, catalogue: string): { name: string; text: string } {
  const listed = LIST.exec(catalogue)?.[1];
  if (listed === undefined) {
    throw new CatalogueError(
      'there is no `export const definitions = [a, b] as const;` to add to; put the names alone in it',
    );
  }
  const known = listed.split(',').flatMap((name) => name.trim() || []);
  const name = freeName(type, known);
  const withList = catalogue.replace(LIST, () => list([...known, name]));
  return { name, text: withImport(withList, `import { ${name} } from './${type}/definition.ts';`, type) };
}

/** A name for a definition: `resizeImage` for `resize-image`, or another if that is taken. */
export function freeName(type: string, known: readonly string[]): string {
  let name = type.replace(/-+(.?)/g, (_, next: string) => next.toUpperCase());
  // A global of that name would be hidden, which the linter refuses of some.
  while (TAKEN.has(name) || name in globalThis || known.includes(name)) name += 'Job';
  return name;
}

function list(names: readonly string[]): string {
  const line = `export const definitions = [${names.join(', ')}] as const;`;
  if (line.length <= LINE_WIDTH) return line;
  return `export const definitions = [\n${names.map((name) => `  ${name},\n`).join('')}] as const;`;
}

/** Before the first import of a folder that comes later, else after the last one. */
function withImport(text: string, line: string, folder: string): string {
  const imports = [...text.matchAll(IMPORT)];
  const next = imports.find(([, other = '']) => ORDER.compare(other, folder) > 0);
  if (next !== undefined) return `${text.slice(0, next.index)}${line}\n${text.slice(next.index)}`;
  const last = imports.at(-1);
  if (last === undefined) return `${line}\n\n${text}`;
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}
