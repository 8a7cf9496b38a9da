import type { Traced } from './tracer.ts';

/**
 * Loads the tracer of a job type that is traced. The tracer is a fifth of a bundle. In the bundle of a type that is not
 * traced, esbuild replaces the variable by `off` and leaves the tracer out.
 *
 * @returns undefined if the type is not traced
 */
export function openTracing(type: string): Promise<Traced> | undefined {
  // The import must stand inside of the condition: only then does esbuild leave it out.
  if (process.env.SLUICE_TRACING === 'on') return import('./tracer.ts').then(({ makeTraced }) => makeTraced(type));
  return undefined;
}
