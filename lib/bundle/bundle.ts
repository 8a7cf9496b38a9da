import { resolve } from 'node:path';
import { type BuildFailure, type BuildOptions, build, type Metafile } from 'esbuild';
import { leftOut, readingBeside } from './beside.ts';
import { cut, neededCuts } from './cuts.ts';
import { type BundleSettings, NO_SETTINGS } from './define-bundle.ts';
import { BUNDLE_FORM } from './form.ts';
import { pluginsFor } from './plugins.ts';

/** A function's code, ready for Lambda. */
export interface Bundle {
  /** The one file, an ES module. */
  readonly code: Uint8Array;
  /** Its source map, if `sourcemap: 'external'` asked for one. */
  readonly map: Uint8Array | undefined;
  /** What went into it, as esbuild reports it. */
  readonly metafile: Metafile;
  /** Files that lie beside it, from where, by their path in the bundle's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Packages in it that look for files of their own, which are not there. */
  readonly readingBeside: readonly string[];
}

/** Options of {@link bundle} for a job type with tracing: they add the tracer to the bundle. */
export const TRACED: BuildOptions = { define: { 'process.env.SLUICE_TRACING': '"on"' } };

/**
 * Bundles a function.
 *
 * @param entry   file that exports `handler`
 * @param options  options of esbuild that replace Sluice's own, for measurements, and plugins that come before them
 * @param settings  what `bundle.ts` beside the handler says, see `settingsOf`
 * @throws BuildFailure, with `errors` that name file and line; see {@link buildFailureOf}
 */
export async function bundle(
  entry: string,
  options: BuildOptions = {},
  settings: BundleSettings = NO_SETTINGS,
): Promise<Bundle> {
  const first = await built(entry, { options, settings, needed: new Set() });
  const fileOf = (input: string) => resolve(options.absWorkingDir ?? process.cwd(), input);
  const needed = await neededCuts(first.metafile, fileOf);
  const made = needed.size === 0 ? first : await built(entry, { options, settings, needed });
  return { ...made, readingBeside: await readingBeside(made.metafile, { assets: settings.assets, fileOf }) };
}

interface Build {
  readonly options: BuildOptions;
  readonly settings: BundleSettings;
  /** Names of cuts that are not made. */
  readonly needed: ReadonlySet<string>;
}

async function built(entry: string, { options, settings, needed }: Build): Promise<Omit<Bundle, 'readingBeside'>> {
  const files = new Map<string, string>();
  const { metafile, outputFiles = [] } = await build({
    ...formOf(options, settings),
    plugins: [...(options.plugins ?? []), ...leftOut(settings), cut(needed), ...pluginsFor(files)],
    entryPoints: [entry],
    outfile: 'index.mjs',
  });
  const file = outputFiles.find(({ path }) => path.endsWith('.mjs'));
  if (file === undefined) throw new TypeError(`esbuild made nothing of ${entry}`);
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))?.contents;
  return { code: file.contents, map, metafile, files };
}

/** How esbuild is called for every bundle, without its plugins and its entry. */
export const formOf = (options: BuildOptions, { loader }: BundleSettings) =>
  ({
    ...BUNDLE_FORM,
    mainFields: [...BUNDLE_FORM.mainFields],
    loader: { ...loader },
    logLevel: 'silent',
    ...options,
    define: { ...BUNDLE_FORM.define, ...options.define },
    write: false,
    metafile: true,
  }) satisfies BuildOptions;

/** The first error that stopped esbuild: `file:line:column: what`, and the way out. For any other error, its message. */
export function buildFailureOf(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (!first) return error instanceof Error ? error.message : String(error);
  const { location, text } = first;
  const what = location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text;
  return `${what}${wayOut(text)}`;
}

function wayOut(text: string): string {
  if (/No loader is configured for "\.node"/.test(text))
    return '. A package with native code is not bundled: name it in `install` of bundle.ts beside the handler (defineBundle)';
  if (/No loader is configured/.test(text))
    return '. Say how it is read in `loader` of bundle.ts beside the handler (defineBundle)';
  if (/^Could not resolve "[^./]/.test(text))
    return '. If a layer or the runtime brings it, name it in `external` of bundle.ts beside the handler (defineBundle)';
  return '';
}
