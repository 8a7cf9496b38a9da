import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import { isOwn } from './cut-plugin.ts';
import { SOURCE } from './stack.ts';

interface RawMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: unknown;
}

/**
 * A bundle's source map, whose sources are as people know them: paths from the project's root. Sluice's own files lie in
 * `node_modules/sluice`, as in the package. It holds no source text.
 *
 * @param from  the folder that the map's sources are relative to
 */
export function readableMap(map: Uint8Array, { from, root }: { from: string; root: string }): string {
  const { sourcesContent: _, ...raw } = JSON.parse(new TextDecoder().decode(map)) as RawMap;
  const sources = raw.sources.map((source) => `${SOURCE}${pathOf(resolve(from, source), root)}`);
  return JSON.stringify({ ...raw, sources });
}

function pathOf(file: string, root: string): string {
  const path = relative(root, file).split(sep).join('/');
  if (isOwn(file)) return `node_modules/sluice/${path.replace(/^.*?node_modules\/sluice\//, '')}`;
  // A package may lie above the project, as in a workspace.
  return path.replace(/^(\.\.\/)+(?=node_modules\/)/, '');
}

/** The name that a function's stack frames have: it leads to the map of just this code. */
export function nameOf(code: string | Uint8Array, functionName: string): string {
  return `${functionName}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`;
}
