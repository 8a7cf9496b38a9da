import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { build } from 'esbuild';
import type { ListedJob } from '../lib/config/list-jobs.ts';

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
  const files = await madeOf(entryPoints, root);
  return files.filter((file) => !file.startsWith(join(root, 'lib') + sep));
}

/**
 * The same of a project: its configuration, its CDK app, `resources.ts` and `bundle.ts` of its job types, and what these import.
 *
 * @param config  its sluice.config.ts
 */
export async function projectSources(config: string, jobs: readonly ListedJob[]): Promise<string[]> {
  const root = dirname(config);
  const beside = jobs.flatMap(({ entry }) => ['resources', 'bundle'].map((name) => join(dirname(entry), `${name}.ts`)));
  const named = jobs.flatMap(({ resources = [] }) => resources);
  const own = [config, join(root, 'app.ts'), join(root, 'cdk.json'), ...beside, ...named];
  const entryPoints = own.filter((file) => /\.m?[jt]s$/.test(file) && existsSync(file));
  // One that is written later counts from then on; a configuration that cannot be read is still watched.
  const imported = await madeOf(entryPoints, root).catch(() => []);
  return [...new Set([...own, ...imported])];
}

/** The files of a project that others are made of. Packages are left out. */
async function madeOf(entryPoints: readonly string[], root: string): Promise<string[]> {
  const { metafile } = await build({
    ...{ entryPoints: [...entryPoints], absWorkingDir: root, bundle: true, platform: 'node', format: 'esm' },
    ...{ packages: 'external', external: ['#*'] },
    ...{ write: false, metafile: true, outdir: join(root, 'out'), logLevel: 'silent' },
  });
  return Object.keys(metafile.inputs).map((input) => join(root, input));
}
