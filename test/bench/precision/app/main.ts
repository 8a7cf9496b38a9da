import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp } from '#sluice/infra';
import { late } from './late/definition.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { context } = JSON.parse(readFileSync(file('../../../../cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

buildApp({
  jobs: [{ definition: late, entry: file('late/handler.ts') }],
  dispatcherEntry: file('../../../../functions/dispatcher/handler.ts'),
  props: { context },
});
