import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type BundleSettings, NO_SETTINGS } from './define-bundle.ts';

const FILES = ['ts', 'mts', 'js', 'mjs'].map((ending) => `bundle.${ending}`);

/** The file beside a handler that says what its bundle needs, if there is one. */
export function settingsFileOf(entry: string): string | undefined {
  return FILES.map((name) => join(dirname(entry), name)).find((file) => existsSync(file));
}

/**
 * What the `bundle.ts` beside a handler says.
 *
 * @throws BundleOptionsError; TypeError if it has no export `bundle` that `defineBundle` made
 */
export async function settingsOf(entry: string): Promise<BundleSettings> {
  const file = settingsFileOf(entry);
  if (file === undefined) return NO_SETTINGS;
  // Built first: the Node that runs a synth of the package may not read TypeScript, nor take new code for a path that it knows.
  const { outputFiles } = await build({
    ...{ entryPoints: [file], bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'silent' },
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(file).href),
      'import.meta.dirname': JSON.stringify(dirname(file)),
    },
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const { bundle } = (await import(`data:text/javascript;base64,${code}`)) as { bundle?: BundleSettings };
  if (bundle === undefined || !('install' in bundle)) {
    throw new TypeError(`${file} must export \`bundle\`, made by defineBundle`);
  }
  return bundle;
}
