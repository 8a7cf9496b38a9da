import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';

const kept = new Map<string, Promise<string>>();

/**
 * A file's text; empty for what is no file but was made by a plugin. Those of packages do not change while a process runs, and are
 * read once.
 */
export function textOf(file: string): Promise<string> {
  const known = kept.get(file);
  if (known !== undefined) return known;
  const text = readFile(file, 'utf8').catch(() => '');
  if (file.includes(`${sep}node_modules${sep}`)) kept.set(file, text);
  return text;
}
