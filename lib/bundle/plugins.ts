import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type BuildFailure, type BuildOptions, build, type Loader, type Plugin, transform } from 'esbuild';
import { type FilesBeside, withFilesBeside, withOwnRequire } from './beside.ts';
import { replacing } from './cut.ts';
import { isOfCutPackage, isOwn } from './cut-plugin.ts';
import { withShortErrors } from './error-classes.ts';
import { BUNDLE_FORM } from './form.ts';

/** esbuild's own helper, once in every file. */
const HELPER = /^var __defProp = [^\n]*\nvar __name = [^\n]*\n/;
const SHARED_HELPER = 'sluice:name';
const CODE = /\.[cm]?[jt]sx?$/;
const LOADERS: Readonly<Record<string, Loader>> = { '.jsx': 'jsx', '.js': 'js', '.mjs': 'js', '.cjs': 'js' };

/**
 * Keeps the names of classes and functions through minifying: names of errors appear in dead letters, alarms and logs, names
 * of functions in stack traces. The names in the SDK, Powertools, zod and Sluice are dropped, whose errors set their own
 * `name`: 34 KB and a tenth of the load time.
 */
const keepNames = (files: FilesBeside): Plugin => ({
  name: 'keep-names',
  setup({ initialOptions, onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^${SHARED_HELPER}$`) }, ({ path }) => ({ path, namespace: SHARED_HELPER }));
    onLoad({ filter: /./, namespace: SHARED_HELPER }, () => ({
      contents: `export const __name = (target, value) => Object.defineProperty(target, 'name', { value, configurable: true });`,
    }));
    onLoad({ filter: CODE, namespace: 'file' }, async ({ path }) => {
      if (isOwn(path) || isOfCutPackage(path)) return undefined;
      const named = await withNames(path, initialOptions).catch(failed);
      if (typeof named !== 'string') return named;
      // As many lines as before: a source map counts them.
      const shared = /^(import|export)\b/m.test(named) ? `import { __name } from '${SHARED_HELPER}';\n\n` : undefined;
      const contents = shared === undefined ? named : named.replace(HELPER, shared);
      return { contents: withFilesBeside(withOwnRequire(contents, path), path, files), loader: 'js' };
    });
  },
});

/** A file's code, as JavaScript that keeps its names. TypeScript is read by the settings of the `tsconfig.json` above it. */
async function withNames(path: string, { sourcemap, loader = {} }: BuildOptions): Promise<string> {
  const form = { target: BUNDLE_FORM.target, keepNames: true, sourcemap: sourcemap ? 'inline' : false } as const;
  const script = loader[extname(path)] ?? LOADERS[extname(path)];
  if (script !== undefined) {
    // The map's sources are relative to the file.
    const given = { ...form, loader: script, sourcefile: basename(path) };
    const { code } = await transform(await readFile(path, 'utf8'), given);
    return code;
  }
  // `transform` would know nothing of a tsconfig.json: decorators, for example, would be refused.
  const silent = { write: false, logLevel: 'silent', loader } as const;
  const { outputFiles } = await build({ ...form, ...silent, entryPoints: [path], outfile: `${path}.js` });
  return outputFiles[0]?.text ?? '';
}

/** Hands errors to the build, which reports them with file and line. */
const failed = ({ errors }: Pick<BuildFailure, 'errors'>) => ({ errors });

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

/** Files of the SDK that every function has in another form. */
export const EDITED_FILES = {
  region: /[/\\]regionConfig[/\\]getInstanceMetadataRegion\.js$/,
  streamCheck: /[/\\]util-stream[/\\]stream-type-check\.js$/,
  errors: /[/\\]@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]models[/\\]errors\.js$/,
};

/** What does the same with less, for every function. */
const edited: Plugin = {
  name: 'edited',
  setup({ onLoad }) {
    // Without AWS_REGION, which Lambda sets, the SDK asks EC2's metadata service, which no function has.
    onLoad({ filter: EDITED_FILES.region }, () => ({
      contents: `export const getInstanceMetadataRegion = async () => undefined;`,
    }));
    // The SDK checks for web streams with `instanceof`, and Node evaluates its web streams when the class is first named.
    // That takes 8 ms of a cold start. Answers here are always Node's own streams.
    onLoad({ filter: EDITED_FILES.streamCheck }, async ({ path }) => ({
      contents: isReadableStream(await readFile(path, 'utf8')),
    }));
    onLoad({ filter: EDITED_FILES.errors }, async ({ path }) => ({
      contents: withShortErrors(await readFile(path, 'utf8')),
    }));
  },
};

const isReadableStream = replacing(
  /export const isReadableStream = [^;]*;/,
  `export const isReadableStream = (s) => typeof s?.getReader === 'function';`,
);

/**
 * In this order: the first plugin that loads a file wins.
 *
 * @param files  gets the files that code names beside it
 */
export const pluginsFor = (files: FilesBeside): Plugin[] => [edited, keepNames(files), versionOnly, requireHttp];
