import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../../lib/bundle/write-bundle.ts';
import { writeBundles } from '../../../lib/bundle/write-bundles.ts';
import { dependency, project } from './support.ts';

const handlerOf = (imports: string, value: string) => `${imports}\nexport const handler = async () => ${value};\n`;
const beside = handlerOf(
  `import { readFileSync } from 'node:fs';`,
  `readFileSync(new URL('./mail.txt', import.meta.url))`,
);

const FILES = {
  'plain/handler.ts': handlerOf(`import { shared } from '../shared.ts'; import where from 'where';`, '[shared, where]'),
  'other/handler.ts': handlerOf(`import { shared } from '../shared.ts';`, '[shared, 2]'),
  'traced/handler.ts': handlerOf('', 'process.env.SLUICE_TRACING'),
  'one-file/handler.ts': beside,
  'one-file/mail.txt': 'one',
  'another-file/handler.ts': beside,
  'another-file/mail.txt': 'another',
  // It needs a cut to be left out, and nobody else does.
  'profile/handler.ts': handlerOf(
    `import { defaultProvider } from '@aws-sdk/credential-provider-node';`,
    '[defaultProvider, process.env.AWS_PROFILE]',
  ),
  'settings/handler.ts': handlerOf(`import text from './text.html';`, 'text'),
  'settings/text.html': '<p>text</p>',
  'settings/bundle.ts': `export const bundle = { external: [], install: [], assets: [], layers: [], loader: { '.html': 'text' } };\n`,
  'broken/handler.ts': 'export const handler = ;\n',
  'shared.ts': `export const shared = 'shared';\n`,
  ...dependency('where', 'module.exports = __dirname;'),
};
const FUNCTIONS = ['plain', 'other', 'traced', 'one-file', 'another-file', 'profile', 'settings'];

const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));

const requestsIn = (root: string, names: readonly string[]) =>
  names.map((name) => ({
    ...{ entry: join(root, name, 'handler.ts'), folder: join(root, 'out', name) },
    options: { map: 'beside', traced: name === 'traced' } as const,
  }));

it('bundles that are written together are, byte for byte, those that are written alone', async () => {
  const root = project(FILES);
  const requests = requestsIn(root, FUNCTIONS);
  const answers = await writeBundles(requests);
  for (const [i, { entry, folder, options }] of requests.entries()) {
    const alone = join(root, 'alone', String(i));
    expect(answers[i]).toEqual({ written: await writeBundle(entry, alone, options) });
    expect({ entry, ...contents(folder) }).toEqual({ entry, ...contents(alone) });
  }
  expect(contents(join(root, 'out', 'another-file'))).toMatchObject({ 'mail.txt': 'another' });
});

it('one that cannot be bundled says so, and keeps no other back', async () => {
  const [plain, broken, other] = await writeBundles(requestsIn(project(FILES), ['plain', 'broken', 'other']));
  expect([plain, other]).toMatchObject([{ written: { warnings: [] } }, { written: { warnings: [] } }]);
  expect(broken).toEqual({ failure: expect.stringMatching(/broken\/handler\.ts:1:24: Unexpected ";"/) });
});

it('each bundle names the files that it holds, and what its code imports and does not use', async () => {
  const root = project({
    'a/handler.ts': handlerOf(`import { only } from './unused.ts'; import type { B } from '../b/type.ts';`, '1 as B'),
    'a/unused.ts': 'export const only = 1;\n',
    'b/handler.ts': handlerOf(`import { shared } from '../shared.ts';`, 'shared'),
    'b/type.ts': 'export type B = number;\n',
    'shared.ts': 'export const shared = 1;\n',
  });
  const answers = await writeBundles(requestsIn(root, ['a', 'b']));
  const sources = answers.map((answer) => ('written' in answer ? answer.written.sources : []));
  const named = sources.map((files) => [...new Set(files.map((file) => file.slice(root.length + 1)))].sort());
  expect(named).toEqual([
    ['a/handler.ts', 'a/unused.ts'],
    ['b/handler.ts', 'shared.ts'],
  ]);
});
