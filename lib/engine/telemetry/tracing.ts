import type { Traced } from './tracer.ts';

/**
 * Loads the tracer of a job type that is traced. The tracer is a fifth of a bundle. In the bundle of a type that is not
 * traced, esbuild replaces the variable by `off` and leaves the tracer out.
 *
 * @returns undefined if the type is not traced; resolves to undefined if the tracer cannot be made: jobs run without it
 */
export function openTracing(type: string): Promise<Traced | undefined> | undefined {
  // The import must stand inside of the condition: only then does esbuild leave it out.
  if (process.env.SLUICE_TRACING === 'on') {
    const tracing = import('./tracer.ts').then(({ makeTraced }) => makeTraced(type));
    return tracing.catch(() => undefined);
  }
  return undefined;
}
