import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp, type JobSource } from '#sluice/infra';
import { TYPES } from '../plan.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { context } = JSON.parse(readFileSync(file('../../../../cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** Each is in a folder of its own, and goes with its job type. */
async function chaotic(type: string): Promise<JobSource> {
  const { definition } = (await import(file(`${type}/definition.ts`))) as Pick<JobSource, 'definition'>;
  const { resources } = (await import(file(`${type}/resources.ts`))) as Pick<JobSource, 'resources'>;
  return { definition, resources, entry: file(`${type}/handler.ts`) };
}

buildApp({
  jobs: await Promise.all(TYPES.map(chaotic)),
  dispatcherEntry: file('../../../../functions/dispatcher/handler.ts'),
  props: { context },
});
