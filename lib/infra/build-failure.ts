import type { BuildFailure } from 'esbuild';

/** The first thing that kept esbuild from bundling: `file:line:column: what`. */
export function messageOf(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (!first) return error instanceof Error ? error.message : String(error);
  const { location } = first;
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${first.text}` : first.text;
}
