import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initProject } from '../../../../lib/operator/authoring/init-project.ts';
import { newJobType } from '../../../../lib/operator/authoring/new-job-type.ts';
import { codeOf } from '../../../support/page-code.ts';

const manifest = {
  version: '1.2.3',
  dependencies: { zod: '^4.6.7' },
  devDependencies: { typescript: '6.0.3', esbuild: '9.9.9' },
  peerDependencies: { esbuild: '^0.28.2' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-project-'));
});
afterAll(() => rm(folder, { recursive: true }));

const empty = () => mkdtemp(join(folder, 'p'));
const configIn = (root: string) => readFile(join(root, 'sluice.config.ts'), 'utf8');

describe('a new project', () => {
  it('is written with one job type and the ranges that Sluice names itself', async () => {
    const root = join(await empty(), 'Shop Jobs_2');
    const files = await initProject(root, { manifest });
    expect((await readdir(root, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).length).toBe(
      files.length,
    );
    const written = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      name: 'shop-jobs-2',
      dependencies: { sluice: '^1.2.3', zod: '^4.6.7' },
      devDependencies: { typescript: '6.0.3', esbuild: '^0.28.2', vitest: '^4.0.0' },
    });
    const shown = codeOf({ page: 'lib/config/README.md', heading: 'sluice.config.ts', language: 'ts' });
    expect(await configIn(root)).toBe(shown);
  });

  it('gets Sluice by what it is told', async () => {
    const root = await empty();
    await initProject(root, { manifest, package: 'file:../sluice.tgz' });
    expect(await readFile(join(root, 'package.json'), 'utf8')).toContain('"sluice": "file:../sluice.tgz"');
  });

  it('leaves a folder alone that has one of its files', async () => {
    const root = await empty();
    await writeFile(join(root, 'cdk.json'), '{}');
    await writeFile(join(root, 'notes.md'), '');
    await expect(initProject(root, { manifest })).rejects.toThrow(/ has cdk\.json already, and nothing was written: /);
    expect((await readdir(root)).sort()).toEqual(['cdk.json', 'notes.md']);
  });
});

describe('another job type of a project', () => {
  it('gets its folder with its test, and its line at the end of the configuration', async () => {
    const root = await empty();
    await initProject(root, { manifest });
    const { definition, files } = await newJobType('resize-image', root);
    expect([definition, ...files.map((file) => basename(file))]).toEqual([
      ...['resizeImage', 'definition.ts', 'handler.ts', 'perform.ts', 'resize-image.test.ts', 'sluice.config.ts'],
    ]);
    await newJobType('hello-job', root);
    expect(await configIn(root)).toBe(`import { defineConfig } from 'sluice/config';
import { hello } from './jobs/hello/definition.ts';
import { resizeImage } from './jobs/resize-image/definition.ts';
import { helloJob } from './jobs/hello-job/definition.ts';

export default defineConfig(import.meta.url, {
  jobs: [
    { definition: hello, entry: 'jobs/hello/handler.ts' },
    { definition: resizeImage, entry: 'jobs/resize-image/handler.ts' },
    { definition: helloJob, entry: 'jobs/hello-job/handler.ts' },
  ],
  stages: { dev: { disposable: true } },
});
`);
    expect(await readFile(join(root, 'jobs/resize-image/resize-image.test.ts'), 'utf8')).not.toContain('#sluice');
  });

  it.each([
    ['  jobs: [],', /jobs: \[\n {4}\{ definition: archive, .* \},\n {2}\],/],
    [
      '  jobs: [{ definition: a, entry }, b],',
      /jobs: \[\n {4}\{ definition: archive, .* \},\n {2}\{ definition: a, entry \}, b\],/,
    ],
    ['  jobs: [\n  ],', /jobs: \[\n {4}\{ definition: archive, .* \},\n {2}\],/],
    ['jobs: [\n  a,\n  b\n],', /jobs: \[\n {2}\{ definition: archive, .* \},\n\n {2}a,\n {2}b\n\],/],
  ])('is put into %j', async (list, expected) => {
    const root = await empty();
    await writeFile(join(root, 'sluice.config.ts'), `export default defineConfig(import.meta.url, {\n${list}\n});\n`);
    await newJobType('archive', root);
    expect(await configIn(root)).toMatch(expected);
    expect(await configIn(root)).toMatch(/^import \{ archive \} from '\.\/jobs\/archive\/definition\.ts';\n/);
  });

  it.each(['export default defineConfig(import.meta.url, { jobs });\n', 'jobs: [],\njobs: [],\n'])(
    'is refused where it cannot be put: %j',
    async (config) => {
      const root = await empty();
      await writeFile(join(root, 'sluice.config.ts'), config);
      await expect(newJobType('archive', root)).rejects.toThrow(
        /^sluice\.config\.ts: there is no `jobs: \[` to add to/,
      );
      expect(await readdir(root)).toEqual(['sluice.config.ts']);
    },
  );

  it('of the name of one that is there is refused', async () => {
    const root = await empty();
    await initProject(root, { manifest });
    await expect(newJobType('hello', root)).rejects.toThrow(/^jobs\/hello exists already/);
  });
});
