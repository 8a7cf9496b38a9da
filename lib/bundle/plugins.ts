import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Loader, type Plugin, type TransformFailure, transform } from 'esbuild';
import { BUNDLE_FORM } from './form.ts';

/** Code whose errors set their own `name`: nothing reads the names of its classes and functions. */
const NAMES_ITSELF =
  /[/\\](node_modules[/\\](@aws-sdk|@smithy|@aws-lambda-powertools|zod)|lib[/\\](aws|bundle|contract|engine))[/\\]/;
/** esbuild's own helper, once in every file. */
const HELPER = /^var __defProp = [^\n]*\nvar __name = [^\n]*\n/;
const SHARED_HELPER = 'sluice:name';

/**
 * Keeps the names of classes and functions through minifying: names of errors appear in dead letters, alarms and logs, names
 * of functions in stack traces. The names in the SDK, Powertools, zod and Sluice are dropped: 34 KB and a tenth of the load time.
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
      const form = { loader, target, keepNames: true, sourcefile: path } as const;
      const transformed = await transform(await readFile(path, 'utf8'), form).catch(failed);
      if ('errors' in transformed) return { errors: transformed.errors };
      const { code } = transformed;
      const shared = /^(import|export)\b/m.test(code) ? `import { __name } from '${SHARED_HELPER}';\n` : undefined;
      return { contents: shared === undefined ? code : code.replace(HELPER, shared) };
    });
  },
};

/** Hands errors to the build, which reports them with file and line. */
const failed = ({ errors }: TransformFailure) => ({ errors });

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

/** Files of packages that hold more than a function on Lambda needs, and how each is shortened. */
const EDITED: readonly { readonly file: RegExp; readonly edit: (code: string) => string }[] = [
  {
    // The SDK looks for each setting in the environment, then in `~/.aws`. No function has those files, and looking for them
    // takes 15 ms of a cold start.
    file: /[/\\]shared-ini-file-loader[/\\]loadSharedConfigFiles\.js$/,
    edit: () => `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    // Without AWS_REGION, which Lambda sets, the SDK asks EC2's metadata service, which no function has.
    file: /[/\\]regionConfig[/\\]getInstanceMetadataRegion\.js$/,
    edit: () => `export const getInstanceMetadataRegion = async () => undefined;`,
  },
  {
    // The SDK checks for web streams with `instanceof`, and Node evaluates its web streams when the class is first named. That
    // takes 8 ms of a cold start. Answers here are always Node's own streams.
    file: /[/\\]util-stream[/\\]stream-type-check\.js$/,
    edit: replacing(
      /export const isReadableStream = [^;]*;/,
      `export const isReadableStream = (s) => typeof s?.getReader === 'function';`,
    ),
  },
  // Checksums for a Node without crypto.
  ...['Sha256Js', 'Md5Js'].map((name) => ({
    file: new RegExp(`[/\\\\]checksum[/\\\\]\\w+[/\\\\]${name}\\.js$`),
    edit: () => `export class ${name} { constructor() { throw new Error('this Node has no crypto'); } }`,
  })),
  // zod can write a schema as JSON Schema. That is for documents; a handler does not need its 19 KB.
  {
    file: /[/\\]zod[/\\]v4[/\\]classic[/\\]schemas\.js$/,
    edit: replacing(/^\s*inst\._zod\.processJSONSchema = .*;$/gm, ''),
  },
  {
    file: /[/\\]zod[/\\]v4[/\\]core[/\\]to-json-schema\.js$/,
    edit: () => `export function processSchema() {
        throw new Error('JSON Schema is left out of the bundle: see lib/bundle/plugins.ts');
      }
      export { processSchema as process, processSchema as initializeContext, processSchema as extractDefs };
      export { processSchema as finalize, processSchema as handleUnrepresentable };
      export const createToJSONSchemaMethod = () => processSchema;
      export const createStandardJSONSchemaMethod = createToJSONSchemaMethod;`,
  },
];

/** Replaces a part of a file. @throws Error if the file does not contain it: the package has changed */
function replacing(what: RegExp, by: string): (code: string) => string {
  return (code) => {
    const edited = code.replace(what, by);
    if (edited === code) throw new Error(`nothing in it matches ${what}: look at lib/bundle/plugins.ts`);
    return edited;
  };
}

const edited: Plugin = {
  name: 'edited',
  setup({ onLoad }) {
    for (const { file, edit } of EDITED) {
      onLoad({ filter: file }, async ({ path }) => ({
        contents: edit(await readFile(path, 'utf8')),
        resolveDir: dirname(path),
      }));
    }
  },
};

/** In this order: the first plugin that loads a file wins. */
export const PLUGINS: readonly Plugin[] = [edited, keepNames, versionOnly, requireHttp];
