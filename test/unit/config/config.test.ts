import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type ConfigOptions, defineConfig } from '../../../lib/config/define-config.ts';
import { listJobs } from '../../../lib/config/list-jobs.ts';
import { findConfig } from '../../../lib/config/load-config.ts';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { workFolder } from '../../../localstack/places.ts';

const hello = defineJob({ type: 'hello', payload: z.strictObject({}) });
const tidyUp = defineJob({ type: 'tidy-up', payload: z.strictObject({}) });

let folder: string;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-'));
  url = pathToFileURL(join(folder, 'sluice.config.ts')).href;
  for (const type of ['hello', 'tidy-up']) await mkdir(join(folder, 'jobs', type), { recursive: true });
  for (const file of ['hello/handler.ts', 'hello/resources.ts', 'tidy-up/handler.ts', 'other.ts']) {
    await writeFile(join(folder, 'jobs', file), '');
  }
  await writeFile(join(folder, 'sluice.config.mjs'), '');
});
afterAll(() => rm(folder, { recursive: true }));

const HELLO = { definition: hello, entry: 'jobs/hello/handler.ts' };

describe('a configuration', () => {
  it('names the files of its job types from its own folder, resources.ts beside a handler too', () => {
    const jobs = [HELLO, { definition: tidyUp, entry: './jobs/tidy-up/handler.ts', resources: 'jobs/other.ts' }];
    const at = (file: string) => join(folder, 'jobs', file);
    expect(defineConfig(`${url}?again`, { jobs, stages: { dev: { disposable: true } } })).toMatchObject({
      file: join(folder, 'sluice.config.ts'),
      jobs: [
        { definition: hello, entry: at('hello/handler.ts'), resources: at('hello/resources.ts') },
        { definition: tidyUp, entry: at('tidy-up/handler.ts'), resources: at('other.ts') },
      ],
      stages: { dev: { disposable: true } },
    });
  });

  it('has no resources where there is no such file', () => {
    const { jobs } = defineConfig(url, { jobs: [{ definition: tidyUp, entry: 'jobs/tidy-up/handler.ts' }] });
    expect(jobs[0]?.resources).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a handler that is not there',
      [{ ...HELLO, entry: 'jobs/hello/handlr.ts' }],
      /jobs\[0\] \("hello"\): entry jobs\/hello\/handlr\.ts does not exist in .*: correct the path, or write the file$/,
    ],
    [
      'resources that are not there',
      [{ ...HELLO, resources: 'r.ts' }],
      /jobs\[0\] \("hello"\): resources r\.ts does not exist/,
    ],
    ['two jobs of one type', [HELLO, HELLO], /jobs\[1\] has the type "hello", and so has jobs\[0\]: .*; keep one$/],
    [
      'something else than a definition',
      [{ ...HELLO, definition: 'hello' }],
      /jobs\[0\] has no definition: give it what defineJob returns/,
    ],
    ['nothing in the place of a job', [undefined], /jobs\[0\] has no definition/],
    ['no entry', [{ definition: hello }], /jobs\[0\] \("hello"\) has no entry/],
    ['no list', undefined, /"jobs" must be a list of \{ definition, entry \}/],
  ])('with %s is refused by the place in it', (_, jobs, said) => {
    expect(() => defineConfig(url, { jobs } as unknown as ConfigOptions)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(said) }),
    );
    expect(() => defineConfig(url, { jobs } as unknown as ConfigOptions)).toThrow(/^sluice\.config\.ts: /);
  });

  it.each([[{ jobs: [] }], [undefined], ['sluice.config.ts']])(
    'without its own URL first, but %j, is refused',
    (first) => {
      expect(() => (defineConfig as (first: unknown) => unknown)(first)).toThrow(/takes import\.meta\.url first/);
    },
  );

  it('is found from any folder below it, TypeScript first', async () => {
    expect(findConfig(join(folder, 'jobs/hello'))).toBe(join(folder, 'sluice.config.mjs'));
    await writeFile(join(folder, 'sluice.config.ts'), '');
    expect(findConfig(folder)).toBe(join(folder, 'sluice.config.ts'));
    expect(findConfig(tmpdir())).toBeUndefined();
  });
});

describe('a configuration, read in a process of its own,', () => {
  const write = async (name: string, text: string) => {
    // In the checkout, whose packages it imports.
    const root = await workFolder('config', name);
    await writeFile(join(root, 'handler.ts'), '');
    const file = join(root, 'sluice.config.ts');
    await writeFile(file, text);
    return { root, file };
  };
  const MADE = `import { defineConfig } from '#sluice/config';
import { defineJob } from '#sluice/contract';
import * as z from 'zod';

const hello = defineJob({ type: 'hello', payload: z.strictObject({}) });
`;

  it('lists its job types as they are now', async () => {
    const list =
      "export default defineConfig(import.meta.url, { jobs: [{ definition: hello, entry: 'handler.ts' }] });\n";
    const { root, file } = await write('whole', `${MADE}${list}`);
    expect(await listJobs(file)).toEqual([{ type: 'hello', entry: join(root, 'handler.ts') }]);
    await writeFile(file, `${MADE.replace("'hello'", "'hallo'")}${list}`);
    expect(await listJobs(file)).toEqual([{ type: 'hallo', entry: join(root, 'handler.ts') }]);
  });

  it('is read where package.json does not say that it is a module', async () => {
    const { root, file } = await write(
      'commonjs',
      `${MADE}export default defineConfig(import.meta.url, { jobs: [{ definition: hello, entry: 'handler.ts' }] });\n`
        .replaceAll("'#sluice/", `'${new URL('../../../lib/', import.meta.url).href}`)
        .replaceAll(/(lib\/\w+)'/g, "$1/index.ts'"),
    );
    await writeFile(join(root, 'package.json'), '{}');
    expect(await listJobs(file)).toEqual([{ type: 'hello', entry: join(root, 'handler.ts') }]);
  });

  it.each([
    [
      'exports nothing',
      `${MADE}defineConfig(import.meta.url, { jobs: [] });\n`,
      /^sluice\.config\.ts must export .*, and it has no default export: export default defineConfig/,
    ],
    [
      'exports something else',
      'export default { jobs: [] };\n',
      /and its default export is object: export default defineConfig/,
    ],
    [
      'has a job without a file',
      `${MADE}export default defineConfig(import.meta.url, { jobs: [{ definition: hello, entry: 'h.ts' }] });\n`,
      /^sluice\.config\.ts: jobs\[0\] \("hello"\): entry h\.ts does not exist/,
    ],
    [
      'imports a file that is gone',
      "import './gone.ts';\n",
      /^sluice\.config\.ts does not load: Error: Cannot find module .*gone\.ts/,
    ],
    [
      'has a definition that is wrong',
      `${MADE.replace("type: 'hello'", "type: 'Hello'")}`,
      /^sluice\.config\.ts does not load: JobDefinitionError: /,
    ],
  ])('that %s is refused', async (what, text, said) => {
    const { file } = await write(what, text);
    await expect(listJobs(file)).rejects.toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(said) }),
    );
  });
});
