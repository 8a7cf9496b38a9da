import { type BuildFailure, type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLE_FORM, STAND_INS } from './form.ts';
import { PLUGINS } from './plugins.ts';

/** A function's code, ready for Lambda. */
export interface Bundle {
  /** The one file, an ES module. */
  readonly code: Uint8Array;
  /** What went into it, as esbuild reports it. */
  readonly metafile: Metafile;
}

/** Options of {@link bundle} for a job type with tracing: they add the tracer to the bundle. */
export const TRACED: BuildOptions = { define: { 'process.env.SLUICE_TRACING': '"on"' } };

/**
 * Bundles a function.
 *
 * @param entry   file that exports `handler`
 * @param options  options of esbuild that replace Sluice's own, for measurements; a deploy gives none
 * @throws BuildFailure, with `errors` that name file and line; see {@link buildFailureOf}
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

/** The first error that stopped esbuild: `file:line:column: what`. For any other error, its message. */
export function buildFailureOf(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (!first) return error instanceof Error ? error.message : String(error);
  const { location } = first;
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${first.text}` : first.text;
}
