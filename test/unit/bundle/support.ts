import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { buildFailureOf } from '../../../lib/bundle/bundle.ts';
import { loadBundles } from '../../../lib/bundle/load-bundles.ts';
import { type WriteOptions, writeBundle } from '../../../lib/bundle/write-bundle.ts';
import { makeApp } from '../infra/support/fixture.ts';

const ROOT = join(import.meta.dirname, '../../..');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of a user's below the checkout, so that it finds real packages, with files of its own. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = join(ROOT, '.sluice', `bundle-${randomUUID()}`);
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The files of a package, as a project has them. */
export const dependency = (name: string, code: string, more: Readonly<Record<string, string>> = {}) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: code,
  ...Object.fromEntries(Object.entries(more).map(([file, text]) => [`node_modules/${name}/${file}`, text])),
});

const probe = defineJob({ type: 'probe', payload: z.object({}) });

/** A handler's finished bundle, and what loading it as on Lambda says. */
export async function bundled(
  files: Readonly<Record<string, string>>,
  options: WriteOptions = {},
): Promise<{ readonly said: string; readonly folder: string; readonly warnings: readonly string[] }> {
  const root = project(files);
  const entry = join(root, 'handler.ts');
  const folder = join(root, 'out', 'probe');
  const { leftOut, warnings } = await writeBundle(entry, folder, options).catch((error: unknown) => {
    throw new Error(buildFailureOf(error), { cause: error });
  });
  const own = { functionName: 'probe', environment: {}, memoryMb: 512 };
  const { probe: said = '' } = await loadBundles([{ ...own, folder, entry, ...leftOut }]);
  return { said, folder, warnings };
}

/** What `cdk synth` makes of a handler, or says of it. */
export function synthesized(
  files: Readonly<Record<string, string>>,
  { context = {} }: { context?: Record<string, unknown> } = {},
): { readonly said: string; readonly folder: string; readonly assembly: string } {
  const app = makeApp({
    bundle: true,
    jobs: [{ definition: probe, entry: join(project(files), 'handler.ts') }],
    context,
  });
  const stage = String(context.stage ?? 'dev');
  const folder = join(app.outdir, 'bundles', `sluice-${stage}-probe`);
  try {
    app.synth();
    return { said: '', folder, assembly: app.outdir };
  } catch (error) {
    // A report wraps its lines.
    return { said: (error as Error).message.replaceAll(/[\s│]+/g, ' '), folder, assembly: app.outdir };
  }
}

/** Loads a finished bundle and runs its handler. */
export async function run(folder: string): Promise<unknown> {
  const { handler } = (await import(join(folder, 'index.mjs'))) as { handler: () => Promise<unknown> };
  return handler();
}
