import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { build } from 'esbuild';

const FILES = ['definition.ts', 'resources.ts'];

/**
 * The files that the stacks are made of: the catalogue, definitions, `resources.ts`, and what these import in turn. Sluice's own
 * are left out.
 *
 * @param root  the checkout
 */
export async function stackSources(root: string): Promise<string[]> {
  const folder = join(root, 'functions');
  const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const own = folders.flatMap(({ name }) => FILES.map((file) => join(folder, name, file)));
  const entryPoints = [join(folder, 'index.ts'), ...own].filter((file) => existsSync(file));
  const { metafile } = await build({
    ...{ entryPoints, absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', packages: 'external' },
    ...{ external: ['#*'], write: false, metafile: true, outdir: join(root, 'out'), logLevel: 'silent' },
  });
  const files = Object.keys(metafile.inputs).map((input) => join(root, input));
  return files.filter((file) => !file.startsWith(join(root, 'lib') + sep));
}
