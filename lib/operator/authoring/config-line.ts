import { CatalogueError, freeName } from './catalogue-line.ts';
import { PROJECT } from './layouts.ts';

const IMPORT = /^import [^;]*;$/gm;
const LIST = /^([ \t]*)jobs: \[/gm;

/**
 * Adds a job type to a project's `sluice.config.ts`: its import after the others, and its place in `jobs`, at the list's end if the
 * list is written line by line.
 *
 * @returns the new text, and the name of the definition: `resizeImage` for `resize-image`
 * @throws CatalogueError if the list is not found
 */
export function inConfig(type: string, config: string): { name: string; text: string } {
  const [found, ...more] = config.matchAll(LIST);
  if (found === undefined || more.length > 0) {
    throw new CatalogueError('there is no `jobs: [` to add to, or more than one; write the list in the configuration');
  }
  const imports = [...config.matchAll(IMPORT)];
  const name = freeName(
    type,
    imports.flatMap(([statement]) => statement.match(/[\w$]+/g) ?? []),
  );
  const { folder } = PROJECT;
  const withJob = inList(config, found, `{ definition: ${name}, entry: '${folder}/${type}/handler.ts' },`);
  const last = imports.at(-1);
  const end = last === undefined ? 0 : last.index + last[0].length;
  const statement = `import { ${name} } from './${folder}/${type}/definition.ts';`;
  const lines = last === undefined ? `${statement}\n` : `\n${statement}`;
  return { name, text: `${withJob.slice(0, end)}${lines}${withJob.slice(end)}` };
}

function inList(config: string, { 0: opening, 1: indent = '', index }: RegExpExecArray, job: string): string {
  const start = index + opening.length;
  const rest = config.slice(start);
  // Line by line: the last one ends with a comma, and the bracket stands below the list's name.
  const [, jobs] = new RegExp(`^(\\n(?:${indent}[ \\t]+.*,\\n)*)${indent}\\]`).exec(rest) ?? [];
  if (jobs !== undefined) return `${config.slice(0, start)}${jobs}${indent}  ${job}\n${rest.slice(jobs.length)}`;
  return `${config.slice(0, start)}\n${indent}  ${job}\n${indent}${rest}`;
}
