import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
    plugins: [keepNames, versionOnly, requireHttp, noProfiles, noWebStreams],
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

const HTTP = 'sluice:http';

/**
 * `import 'node:http'` makes Node look at every export of it, and one of them evaluates the whole fetch stack: 45 ms of a
 * cold start on Node 24 (aws/aws-sdk-js-v3 issue 6914). `require` looks at none.
 */
const requireHttp: Plugin = {
  name: 'require-http',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ namespace }) =>
      namespace === HTTP ? { path: 'node:http', external: true } : { path: 'node:http', namespace: HTTP },
    );
    onLoad({ filter: /./, namespace: HTTP }, () => ({ contents: `module.exports = require('node:http');` }));
  },
};

/**
 * The SDK looks for each of its settings in the environment, then reads `~/.aws`, which no function has: 15 ms of a cold
 * start to find no file.
 */
const noProfiles: Plugin = {
  name: 'no-profiles',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]shared-ini-file-loader[/\\]loadSharedConfigFiles\.js$/ }, ({ path }) => ({
      resolveDir: dirname(path),
      contents: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
        export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
    }));
  },
};

/**
 * The SDK asks whether an answer is a web stream by the class itself, and Node evaluates its web streams when that is first
 * named: 8 ms of a cold start, though its answers here are Node's own streams.
 */
const noWebStreams: Plugin = {
  name: 'no-web-streams',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]util-stream[/\\]stream-type-check\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const byClass = /export const isReadableStream = [^;]*;/;
      if (!byClass.test(code)) throw new Error(`${path} has changed: look at noWebStreams`);
      return {
        contents: code.replace(byClass, `export const isReadableStream = (s) => typeof s?.getReader === 'function';`),
      };
    });
  },
};
