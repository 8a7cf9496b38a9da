import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile, Plugin } from 'esbuild';
import type { Cut } from './cut.ts';
import { CUTS, ending } from './cuts.ts';
import { textOf } from './text-of.ts';

/** By what it is seen in a bundle that a cut was made: a file that it edits, or what stands in. A package may move its files. */
export const CUT_FILES: readonly { readonly name: string; readonly file: RegExp }[] = CUTS.flatMap(
  ({ name, standIn: replaced, edits = [] }) => [
    ...edits.map(({ file }) => ({ name, file })),
    ...(replaced === undefined
      ? []
      : [{ name, file: new RegExp(`[/\\\\]stand-ins[/\\\\]${basename(replaced.file)}`) }]),
  ],
);

/** Leaves out what Sluice's own code never uses, except the cuts that are named. */
export const cut = (needed: ReadonlySet<string>): Plugin => ({
  name: 'cut',
  setup({ onLoad, onResolve }) {
    const cuts = CUTS.filter(({ name }) => !needed.has(name));
    for (const { standIn: replaced, edits = [] } of cuts) {
      if (replaced !== undefined) {
        onResolve({ filter: new RegExp(`^${replaced.for}(/|$)`) }, ({ path, importer }) =>
          replaced.importer.test(importer)
            ? { path: fileOf(replaced.file, path.slice(replaced.for.length)) }
            : undefined,
        );
      }
      for (const { file, edit } of edits) {
        onLoad({ filter: file }, async ({ path }) => {
          if (!isOwn(path) && !isOfCutPackage(path)) return undefined;
          const contents = edit(await readFile(path, 'utf8'));
          return { contents, loader: extname(path) === '.ts' ? 'ts' : 'js', resolveDir: dirname(path) };
        });
      }
    }
  },
});

/** A stand-in is a file, or a folder with a file for each of the package's entries. */
const fileOf = (file: string, entry: string) => (extname(file) === '' ? `${file}${entry || '/index'}${ending}` : file);

const SDK = /[/\\]node_modules[/\\](@aws-sdk|@smithy)[/\\]/;
const PACKAGE = /[/\\]node_modules[/\\]/;
/** Packages that are cut, beside Sluice itself: what they hold of one another is known. */
const CUT_PACKAGES = /[/\\]node_modules[/\\](@aws-sdk|@smithy|@aws-lambda-powertools|zod)[/\\]/;
const LIB = fileURLToPath(new URL('..', import.meta.url));
const OWN = ['aws', 'bundle', 'contract', 'engine', 'producer'].map((room) => `${LIB}${room}${sep}`);

/** Whether a file is Sluice's own, and in a function. */
export const isOwn = (path: string): boolean => OWN.some((room) => path.startsWith(room));
/** Whether a file is of a package whose parts are cut. */
export const isOfCutPackage = (path: string): boolean => CUT_PACKAGES.test(path);

const neededIn = (file: string, { neededBy, neededByPackage = neededBy }: Cut): RegExp =>
  PACKAGE.test(file) ? neededByPackage : neededBy;

/**
 * The cuts that a bundle cannot have: code that is in it needs what they take.
 *
 * @param fileOf  the file of an input that esbuild names
 */
export async function neededCuts({ outputs }: Metafile, fileOf: (input: string) => string): Promise<Set<string>> {
  const needed = new Set<string>();
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  await Promise.all(
    inputs.map(async ([input, { bytesInOutput }]) => {
      const file = fileOf(input);
      if (bytesInOutput === 0 || isOwn(file)) return;
      const isSdk = SDK.test(file);
      if (!isSdk && isOfCutPackage(file)) return;
      const text = await textOf(file);
      for (const one of CUTS) {
        if (isSdk ? await one.neededBySdk?.(file, text) : neededIn(file, one).test(text)) needed.add(one.name);
      }
    }),
  );
  return needed;
}
