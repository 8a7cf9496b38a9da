import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { definitions } from '../functions/index.ts';
import type { JobDefinition } from '../lib/contract/definition/job-definition.ts';
import type { AppSource } from '../lib/infra/app.ts';
import type { JobResources } from '../lib/infra/job/job-resources.ts';

const fileOf = (folder: string, file: string) =>
  fileURLToPath(new URL(`../functions/${folder}/${file}`, import.meta.url));

async function resourcesOf(type: string): Promise<JobResources | undefined> {
  const file = fileOf(type, 'resources.ts');
  if (!existsSync(file)) return undefined;
  const { resources } = (await import(pathToFileURL(file).href)) as { resources?: JobResources };
  if (typeof resources !== 'function') throw new TypeError(`functions/${type}/resources.ts must export \`resources\``);
  return resources;
}

/** What is deployed: the dispatcher, and every job type of the catalogue with its handler and resources. */
export async function catalogue(): Promise<AppSource> {
  // A list of its own: it may be empty, and then has a type without members.
  const all: readonly JobDefinition[] = definitions;
  const jobs = await Promise.all(
    all.map(async (definition) => ({
      definition,
      entry: fileOf(definition.type, 'handler.ts'),
      resources: await resourcesOf(definition.type),
    })),
  );
  return { jobs, dispatcherEntry: fileOf('dispatcher', 'handler.ts') };
}
