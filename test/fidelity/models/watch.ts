import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDifferences } from './agreement.ts';
import { clientsOf, moved } from './bound.ts';
import { type ClientTypes, readClientTypes } from './client-types.ts';
import { getNewestClients, RegistryError } from './newest-clients.ts';
import { BOUNDS } from './register/index.ts';
import { serviceModels } from './service-models.ts';

/** What is printed, and the exit code: 0 if nothing moved, 1 if something did. */
export interface Watched {
  readonly code: 0 | 1;
  readonly text: string;
}

/** The clients that the register and the service models speak of. */
export const WATCHED: readonly string[] = [
  ...new Set([...clientsOf(BOUNDS), ...Object.keys(serviceModels().services)]),
].sort();

/** Compares the register and the service models with some version of the clients. */
export function watched(types: ClientTypes): Watched {
  const lines = moved(BOUNDS, types);
  const newer = modelDifferences(types);
  const versions = [...new Set(WATCHED.map((client) => types.version(client)))].join(', ');
  const read = `${BOUNDS.length} limits, defaults and words, and the requests' shapes, against ${WATCHED.length} clients (${versions})`;
  if (lines.length + newer.length === 0) return { code: 0, text: `${read}: nothing moved` };
  const parts = [
    `${read}: ${lines.length + newer.length} moved`,
    ...lines.map((line) => `✘ ${line}`),
    ...newer.map((line) => `• ${line}`),
    ...(newer.length > 0
      ? ['• are of the service models: python3 test/fidelity/models/extract.py writes them anew']
      : []),
  ];
  return { code: 1, text: parts.join('\n') };
}

/** `npm run watch-aws`. */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-aws-'));
  try {
    await getNewestClients(WATCHED, folder);
    const { code, text } = watched(readClientTypes(folder));
    console.log(text);
    return code;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    console.error(`${error.message}\nAWS's newest clients were not read: is npm's registry reachable from here?`);
    return 2;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = await main();
