import { type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLE_FORM, STAND_INS } from './form.ts';
import { PLUGINS } from './plugins.ts';

/** A function's code, ready for Lambda. */
export interface Bundle {
  /** The one file, an ES module. */
  readonly code: Uint8Array;
  /** What went into it, as esbuild tells it. */
  readonly metafile: Metafile;
}

/** Options of {@link bundle} for a job type that is traced: the tracer is part of the bundle. */
export const TRACED: BuildOptions = { define: { 'process.env.SLUICE_TRACING': '"on"' } };

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
    plugins: [...PLUGINS],
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
