import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { definitions } from '../functions/index.ts';
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
  const jobs = await Promise.all(
    definitions.map(async (definition) => ({
      definition,
      entry: fileOf(definition.type, 'handler.ts'),
      resources: await resourcesOf(definition.type),
    })),
  );
  return { jobs, dispatcherEntry: fileOf('dispatcher', 'handler.ts') };
}
