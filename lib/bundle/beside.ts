import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import type { Asset, BundleSettings } from './define-bundle.ts';
import { packageFolder } from './install.ts';
import { textOf } from './text-of.ts';

const EXTERNAL = 'sluice:external';

/** Leaves out the packages that `bundle.ts` names. They are taken from a layer, or from the function's `node_modules`. */
export function leftOut({ external, install }: BundleSettings): Plugin[] {
  const names = [...external, ...install];
  if (names.length === 0) return [];
  const filter = new RegExp(`^(${names.join('|').replaceAll('.', '\\.')})(/|$)`);
  return [{ name: 'left-out', setup: requiring(filter, install) }];
}

/**
 * Only `require` looks into layers (`NODE_PATH`); `import` does not (Node.js, "ECMAScript modules", NODE_PATH). It also finds each
 * export of CommonJS by its name. An installed ES module is imported as it is.
 */
const requiring =
  (filter: RegExp, install: readonly string[]): Plugin['setup'] =>
  ({ onLoad, onResolve }) => {
    onResolve({ filter }, ({ path, namespace, importer }) => {
      const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(path) ?? [];
      const asItIs = namespace === EXTERNAL || (install.includes(name) && isModule(name, importer));
      return asItIs ? { path, external: true } : { path, namespace: EXTERNAL };
    });
    onLoad({ filter: /./, namespace: EXTERNAL }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  };

function isModule(name: string, importer: string): boolean {
  const folder = packageFolder(name, importer);
  if (folder === undefined) return false;
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: string }).type === 'module';
}

/** Files that code names beside it, by their path in the function's folder. */
export type FilesBeside = Map<string, { readonly from: string; readonly namedBy: Set<string> }>;

const BESIDE = /new URL\(\s*(["'`])(\.\.?\/[^"'`$]+)\1\s*,\s*import\.meta\.url\s*\)/g;
const CODE = /\.([cm]?[jt]sx?|json|node)$/;

/**
 * Code that names a file beside it, `new URL('./mail.html', import.meta.url)`: the file goes into the function's folder, and the
 * code finds it there.
 *
 * @param files  gets the file
 */
export function withFilesBeside(code: string, path: string, files: FilesBeside): string {
  return code.replace(BESIDE, (whole, quote: string, named: string) => {
    const from = join(dirname(path), decodeURIComponent(named));
    if (CODE.test(named) || !existsSync(from)) return whole;
    const to = nameFor(from, named, files);
    files.set(to, { from, namedBy: (files.get(to)?.namedBy ?? new Set()).add(path) });
    return `new URL(${quote}./${encodeURI(to)}${quote}, import.meta.url)`;
  });
}

/** As the code names it, if that lies in the function's folder and is not taken. */
function nameFor(from: string, named: string, files: FilesBeside): string {
  const same = join('.', decodeURIComponent(named)).replaceAll('\\', '/');
  if (!same.startsWith('..') && (files.get(same)?.from ?? from) === from) return same;
  return `${createHash('sha256').update(from).digest('hex').slice(0, 8)}-${basename(from)}`;
}

const MADE = /\b(?:const|let|var) ([\w$]+) = createRequire\(import\.meta\.url\)/;
const HERE = 'sluice$require';

/**
 * Code that makes a `require` of its own, `createRequire(import.meta.url)`: what it requires by name goes into the bundle, as with
 * any other `require`. What is not found here, or is named at runtime, is left to the runtime.
 */
export function withOwnRequire(code: string, path: string): string {
  const name = MADE.exec(code)?.[1];
  if (name === undefined) return code;
  // Not what stands in text, nor a property of that name.
  const used = new RegExp(`(?<![\\w$."'\`])${name.replaceAll('$', '\\$')}(?![\\w$"'\`:])`, 'g');
  const made = code.replace(MADE, `const ${HERE} = createRequire(import.meta.url)`).replace(used, () => HERE);
  const { resolve } = createRequire(path);
  return made.replace(/sluice\$require\((["'])([^"']+)\1\)/g, (call, quote: string, named: string) => {
    try {
      resolve(named);
      return `require(${quote}${named}${quote})`;
    } catch {
      return call;
    }
  });
}

const READS = /\b(readFile|readFileSync|createReadStream|readdirSync|readdir)\b/;

/**
 * Packages in a bundle that look for files of their own by `__dirname`. Those files are not there, and a call fails that worked
 * in every test.
 *
 * @param fileOf  the file of an input that esbuild names
 */
export async function readingBeside(
  { outputs }: Metafile,
  { assets, fileOf }: { readonly assets: readonly Asset[]; readonly fileOf: (input: string) => string },
): Promise<string[]> {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const found = await Promise.all(
    inputs.map(async ([input, { bytesInOutput }]) => {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      if (name === undefined || bytesInOutput === 0 || assets.some(({ from }) => from.includes(name))) return [];
      const text = await textOf(fileOf(input));
      return /\b__dirname\b/.test(text) && READS.test(text) ? [name] : [];
    }),
  );
  return [...new Set(found.flat())].sort();
}
