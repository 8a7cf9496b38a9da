import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectSources } from '../../../localstack/stack-sources.ts';
import { watchSources } from '../../../localstack/watch.ts';

/** A project that installs the package. */
let root: string;
const at = (file: string) => join(root, file);
const FILES = {
  'sluice.config.ts': `import { defineConfig } from 'sluice/config';
import { hello } from './jobs/hello/definition.ts';
export default defineConfig(import.meta.url, { jobs: [{ definition: hello }] });
`,
  'app.ts': "import { App } from 'aws-cdk-lib';\nimport './stacks/shop.ts';\n",
  'cdk.json': '{}',
  'stacks/shop.ts': '',
  'jobs/hello/definition.ts': "import { name } from '../../shared/name.ts';\nexport const hello = name;\n",
  'jobs/hello/handler.ts': '',
  'jobs/hello/resources.ts': '',
  'shared/name.ts': "export const name = 'hello';\n",
  'node_modules/sluice/index.js': '',
  '.sluice/local.env': '',
  'cdk.out/asset.js': '',
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-local-project-'));
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(join(at(file), '..'), { recursive: true });
    await writeFile(at(file), text);
  }
});
afterAll(() => rm(root, { recursive: true }));

it('the stacks of a project are made of its configuration, its app, and what stands beside its handlers', async () => {
  const sources = await projectSources(at('sluice.config.ts'), [{ type: 'hello', entry: at('jobs/hello/handler.ts') }]);
  expect(sources.sort()).toEqual(
    [
      ...['app.ts', 'cdk.json', 'jobs/hello/bundle.ts', 'jobs/hello/definition.ts', 'jobs/hello/resources.ts'],
      ...['shared/name.ts', 'sluice.config.ts', 'stacks/shop.ts'],
    ].map(at),
  );
});

it('the configuration and the app of a project are watched also while they cannot be read', async () => {
  await writeFile(at('app.ts'), 'import {');
  const sources = await projectSources(at('sluice.config.ts'), []);
  await writeFile(at('app.ts'), FILES['app.ts']);
  expect(sources).toEqual(['sluice.config.ts', 'app.ts', 'cdk.json'].map(at));
});

it('a project is watched from its own folder on, but for what nobody writes by hand', async () => {
  const saved: string[] = [];
  const watch = await watchSources((files) => saved.push(...files), [root]);
  try {
    for (const file of ['node_modules/sluice/index.js', '.sluice/local.env', 'cdk.out/asset.js']) {
      await writeFile(at(file), 'new');
    }
    const saveAndLook = async () => {
      await writeFile(at('shared/name.ts'), FILES['shared/name.ts']);
      return saved.includes(at('shared/name.ts'));
    };
    await expect.poll(saveAndLook, { interval: 150 }).toBe(true);
    expect(saved.filter((file) => !file.startsWith(at('shared')))).toEqual([]);
  } finally {
    watch.stop();
  }
});
