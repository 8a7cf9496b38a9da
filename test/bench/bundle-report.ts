import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { bundle } from '../../lib/bundle/bundle.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
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

async function report(): Promise<void> {
  const named = process.argv.slice(2);
  const folders = readdirSync(`${ROOT}functions`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const all = ['test/bench/job/handler.ts', ...folders.map(({ name }) => `functions/${name}/handler.ts`)];
  for (const entry of all.filter((path) => named.length === 0 || named.some((name) => path.includes(name)))) {
    const { code, metafile } = await bundle(entry, { absWorkingDir: ROOT });
    console.log(`\n${entry}: ${code.byteLength.toLocaleString('en')} bytes`);
    for (const [source, bytes] of bytesOf(metafile)) {
      console.log(`${bytes.toLocaleString('en').padStart(10)}  ${source}`);
    }
  }
}

if (import.meta.main) await report();
