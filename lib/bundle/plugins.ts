import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Loader, type Plugin, type TransformFailure, transform } from 'esbuild';
import { BUNDLE_FORM } from './form.ts';

/** Their errors name themselves: nothing reads the names of their classes and functions. */
const NAMES_ITSELF =
  /[/\\](node_modules[/\\](@aws-sdk|@smithy|@aws-lambda-powertools|zod)|lib[/\\](aws|bundle|contract|engine))[/\\]/;
/** esbuild's own helper, once in every file. */
const HELPER = /^var __defProp = [^\n]*\nvar __name = [^\n]*\n/;
const SHARED_HELPER = 'sluice:name';

/**
 * Names of classes and functions survive minifying: those of errors end up in dead letters, alarms and logs, those of
 * functions in stacks. But not those of the SDK, Powertools, zod and Sluice's own, which are 34 KB and a tenth of the load time.
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

/** Told by the build itself, a mistake keeps its file and line. */
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

/** Files of packages of which a function on Lambda needs less, and what is made of each. */
const EDITED: readonly { readonly file: RegExp; readonly edit: (code: string) => string }[] = [
  {
    // The SDK looks for each of its settings in the environment, then reads `~/.aws`, which no function has: 15 ms of a
    // cold start to find no file.
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
    // The SDK asks whether an answer is a web stream by the class itself, and Node evaluates its web streams when that is
    // first named: 8 ms of a cold start, though its answers here are Node's own streams.
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
  // zod can write a schema as JSON Schema, which is for documents, not for a handler: 19 KB.
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

/** @throws Error if the file holds nothing of the kind: another version of its package has come */
function replacing(what: RegExp, by: string): (code: string) => string {
  return (code) => {
    const edited = code.replace(what, by);
    if (edited === code) throw new Error(`nothing in it fits ${what}: look at lib/bundle/plugins.ts`);
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

/** In their order: the first that loads a file has it. */
export const PLUGINS: readonly Plugin[] = [edited, keepNames, versionOnly, requireHttp];
