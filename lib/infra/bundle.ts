import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Loader, type Metafile, type Plugin, transform } from 'esbuild';
import { BUNDLE_FORM, STAND_INS } from './bundle-form.ts';

/** A function's code, ready for Lambda. */
export interface Bundle {
  /** The one file, an ES module. */
  readonly code: Uint8Array;
  /** What went into it, as esbuild tells it. */
  readonly metafile: Metafile;
}

/**
 * Bundles a function.
 *
 * @param entry   file that exports `handler`
 * @param options of esbuild, over Sluice's own: for measurements; a deploy gives none
 * @throws BuildFailure, with `errors` that name file and line
 */
export async function bundle(entry: string, options: BuildOptions = {}): Promise<Bundle> {
  const { metafile, outputFiles = [] } = await build({
    ...BUNDLE_FORM,
    mainFields: [...BUNDLE_FORM.mainFields],
    alias: { ...STAND_INS },
    plugins: [keepNames, versionOnly],
    logLevel: 'silent',
    ...options,
    entryPoints: [entry],
    outfile: 'index.mjs',
    write: false,
    metafile: true,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new TypeError(`esbuild made nothing of ${entry}`);
  return { code: file.contents, metafile };
}

/** Packages whose errors name themselves: nothing reads the names of their classes and functions. */
const NAMES_ITSELF = /[/\\]node_modules[/\\](@aws-sdk|@smithy|@aws-lambda-powertools|zod)[/\\]/;
/** esbuild's own helper, once in every file. */
const HELPER = /^var __defProp = [^\n]*\nvar __name = [^\n]*\n/;
const SHARED_HELPER = 'sluice:name';

/**
 * Names of classes and functions survive minifying: those of errors end up in dead letters, alarms and logs, those of
 * functions in stacks. But not those of the SDK, Powertools and zod, which are 28 KB and a tenth of the load time.
 */
const keepNames: Plugin = {
  name: 'keep-names',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^${SHARED_HELPER}$`) }, ({ path }) => ({ path, namespace: SHARED_HELPER }));
    onLoad({ filter: /./, namespace: SHARED_HELPER }, () => ({
      contents: `export const __name = (target, value) => Object.defineProperty(target, 'name', { value, configurable: true });`,
    }));
    onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      if (NAMES_ITSELF.test(path)) return undefined;
      const loader: Loader = /\.[cm]?ts$/.test(path) ? 'ts' : 'js';
      const { target } = BUNDLE_FORM;
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader,
        target,
        keepNames: true,
        sourcefile: path,
      });
      const shared = /^(import|export)\b/m.test(code) ? `import { __name } from '${SHARED_HELPER}';\n` : undefined;
      return { contents: shared === undefined ? code : code.replace(HELPER, shared) };
    });
  },
};

/** The SDK's clients import their whole `package.json` for their version: 2.4 KB each of scripts and dependencies. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]@aws-sdk[/\\][^/\\]+[/\\]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
