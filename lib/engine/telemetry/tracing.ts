import type { Traced } from '../traced.ts';

/**
 * The tracer of a job type that is traced, undefined of any other. The tracer weighs a fifth of a bundle: where a stack
 * bundles a type that is not traced, esbuild replaces the variable by `off`, and nothing of it is left.
 */
export function openTracing(type: string): Promise<Traced> | undefined {
  // Around the import, not before it: only then does esbuild leave out what it would import.
  if (process.env.SLUICE_TRACING === 'on') return import('./tracer.ts').then(({ makeTraced }) => makeTraced(type));
  return undefined;
}
