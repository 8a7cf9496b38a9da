import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { Payloads } from './payloads.ts';

/**
 * Loads what reads S3, whose client is half of a bundle. In the bundle of a type that needs none of it, esbuild replaces the
 * variable by `off` and leaves it out.
 *
 * @returns undefined if the type reads no S3
 */
export function openPayloads(definition: JobDefinition): Promise<Payloads> | undefined {
  // The import must stand inside of the condition: only then does esbuild leave it out.
  if (process.env.SLUICE_S3 === 'on') {
    const payloads = import('./large-payloads.ts').then(({ openStage }) => openStage(definition));
    // Whoever needs it hears of a failure.
    payloads.catch(() => undefined);
    return payloads;
  }
  return undefined;
}
