import { existsSync } from 'node:fs';

/** Name of a new file in the working folder: `<what>-<time>.ndjson`, or `…-2.ndjson` if this second has one already. */
export function newFileName(what: string): string {
  const name = `${what}-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  let file = `${name}.ndjson`;
  for (let n = 2; existsSync(file); n++) file = `${name}-${n}.ndjson`;
  return file;
}
