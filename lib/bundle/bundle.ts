import { basename, resolve } from 'node:path';
import { type BuildFailure, type BuildOptions, build, type Metafile } from 'esbuild';
import { type FilesBeside, leftOut, readingBeside } from './beside.ts';
import { cut, neededCuts } from './cut-plugin.ts';
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

/** Options of {@link bundle} for a job type with tracing by X-Ray: they add the tracer to the bundle. */
export const TRACED: BuildOptions = { define: { 'process.env.SLUICE_TRACING': '"on"' } };
/** For one with tracing by OpenTelemetry. */
export const WITH_SPANS: BuildOptions = { define: { 'process.env.SLUICE_TRACING': '"otel"' } };
/** What is added to either for one that reads S3. */
export const WITH_S3: Readonly<Record<string, string>> = { 'process.env.SLUICE_S3': '"on"' };

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
  const first = await builtAlone(entry, { options, settings, needed: new Set() });
  const needed = await neededCuts(first.metafile, fileIn(options));
  const made = needed.size === 0 ? first : await builtAlone(entry, { options, settings, needed });
  return finished(made, options, settings);
}

/**
 * Bundles functions that have no settings of their own. What several of them hold is read once: five functions take half the
 * time of five calls of {@link bundle}, and come out the same.
 *
 * @returns in the order of `entries`; one that cannot be bundled is rejected as `bundle` does, and keeps no other back
 */
export async function bundleEach(
  entries: readonly string[],
  options: BuildOptions = {},
): Promise<PromiseSettledResult<Bundle>[]> {
  // One that cannot be bundled fails them all: then each is tried alone.
  const together = entries.length > 1 ? await bundledTogether(entries, options).catch(() => []) : [];
  return Promise.allSettled(entries.map((entry, i) => together[i] ?? bundle(entry, options)));
}

/** @returns for each entry its bundle, or nothing where it is to be built alone */
async function bundledTogether(entries: readonly string[], options: BuildOptions): Promise<(Bundle | undefined)[]> {
  const all = await built(entries, { options, settings: NO_SETTINGS, needed: new Set() });
  return Promise.all(
    all.map(async (one) => {
      // A file beside the code is named for one bundle, and what may be cut differs from one to another.
      if (one === undefined || one.files.size > 0) return undefined;
      if ((await neededCuts(one.metafile, fileIn(options))).size > 0) return undefined;
      return finished(one, options, NO_SETTINGS);
    }),
  );
}

interface Build {
  readonly options: BuildOptions;
  readonly settings: BundleSettings;
  /** Names of cuts that are not made. */
  readonly needed: ReadonlySet<string>;
}

type Built = Omit<Bundle, 'readingBeside'>;

async function builtAlone(entry: string, build: Build): Promise<Built> {
  const [made] = await built([entry], build);
  if (made === undefined) throw new TypeError(`esbuild made nothing of ${entry}`);
  return made;
}

async function built(entries: readonly string[], { options, settings, needed }: Build): Promise<(Built | undefined)[]> {
  const beside: FilesBeside = new Map();
  const { metafile, outputFiles = [] } = await build({
    ...BUNDLE_FORM,
    mainFields: [...BUNDLE_FORM.mainFields],
    loader: { ...settings.loader },
    logLevel: 'silent',
    ...options,
    plugins: [...(options.plugins ?? []), ...leftOut(settings), cut(needed), ...pluginsFor(beside)],
    define: { ...BUNDLE_FORM.define, ...options.define },
    entryPoints: entries.map((entry, i) => ({ in: entry, out: String(i) })),
    outExtension: { '.js': '.mjs' },
    outdir: '.',
    write: false,
    metafile: true,
  });
  const contents = (name: string) => outputFiles.find(({ path }) => basename(path) === name)?.contents;
  return entries.map((_, i) => {
    const [code, map, own] = [contents(`${i}.mjs`), contents(`${i}.mjs.map`), ofOutput(metafile, `${i}.mjs`)];
    if (code === undefined) return undefined;
    const inputs = new Set(Object.keys(own.inputs).map(fileIn(options)));
    const files = [...beside].filter(([, { namedBy }]) => [...namedBy].some((file) => inputs.has(file)));
    return { code, map, metafile: own, files: new Map(files.map(([to, { from }]) => [to, from])) };
  });
}

/** What esbuild reports of one of several outputs, with what its entry imports and nothing uses. */
function ofOutput({ inputs, outputs }: Metafile, name: string): Metafile {
  const { [name]: output } = outputs;
  const reached = new Set([output?.entryPoint ?? '']);
  for (const input of reached) for (const { path } of inputs[input]?.imports ?? []) reached.add(path);
  const own = Object.entries(inputs).filter(([input]) => reached.has(input));
  return { inputs: Object.fromEntries(own), outputs: output === undefined ? {} : { [name]: output } };
}

/** The file of an input that esbuild names. */
const fileIn =
  ({ absWorkingDir = process.cwd() }: BuildOptions) =>
  (input: string) =>
    resolve(absWorkingDir, input);

async function finished(made: Built, options: BuildOptions, { assets }: BundleSettings): Promise<Bundle> {
  return { ...made, readingBeside: await readingBeside(made.metafile, { assets, fileOf: fileIn(options) }) };
}

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
