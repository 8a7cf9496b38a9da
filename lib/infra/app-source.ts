import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SluiceConfig } from '../config/define-config.ts';
import { ConfigError } from '../config/errors.ts';
import type { AppSource, JobSource } from './app.ts';
import type { JobResources } from './job/job-resources.ts';

/**
 * What `guardedApp` and `buildApp` build from, as a project's `sluice.config.ts` says it: `guardedApp(await appSource(config))`.
 *
 * @throws ConfigError for a `resources.ts` that does not export `resources`; whatever it throws while it loads
 */
export async function appSource(config: SluiceConfig): Promise<AppSource> {
  const jobs = await Promise.all(
    config.jobs.map(async ({ definition, entry, resources: file }): Promise<JobSource> => {
      const resources = file === undefined ? undefined : await resourcesOf(file, config.file);
      return { definition, entry, resources };
    }),
  );
  return { jobs, stages: config.stages };
}

async function resourcesOf(file: string, config: string): Promise<JobResources> {
  const { resources } = (await import(pathToFileURL(file).href)) as { resources?: JobResources };
  if (typeof resources === 'function') return resources;
  throw new ConfigError(
    `${relative(`${config}/..`, file)} must export \`resources\`, a function of the type JobResources`,
  );
}
