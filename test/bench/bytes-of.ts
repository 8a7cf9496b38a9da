import type { Metafile } from 'esbuild';

/** Everything of lib/ that a consumer runs. */
export const OWN = 'lib (aws, contract and engine)';

/** Bytes of a bundle by what they come from: a package, Sluice itself, or the job type's own folder. */
export function bytesOf({ outputs }: Metafile): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const source = sourceOf(path);
      bytes.set(source, (bytes.get(source) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...bytes].sort(([, a], [, b]) => b - a));
}

function sourceOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  if (name !== undefined) return name;
  if (path.startsWith('lib/')) return OWN;
  return path.split('/').slice(0, 2).join('/');
}
