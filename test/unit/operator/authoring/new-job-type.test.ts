import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newJobType } from '../../../../lib/operator/authoring/new-job-type.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const COPIED = ['functions', 'lib', 'localstack', 'test', 'package.json', 'tsconfig.json', '.biome.json', '.gitignore'];
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-new-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the repository is without what it installs, and with it linked. */
async function copyOfRepository(name: string): Promise<string> {
  const root = join(folder, name);
  for (const part of COPIED) await cp(join(ROOT, part), join(root, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

async function repositoryOf(name: string, catalogue: string): Promise<string> {
  const root = await mkdtemp(join(folder, name));
  await mkdir(join(root, 'functions/send-email'), { recursive: true });
  await cp(join(ROOT, 'test/support/shop/send-email/definition.ts'), join(root, 'functions/send-email/definition.ts'));
  await writeFile(join(root, 'functions/index.ts'), catalogue);
  return root;
}

const catalogueOf = (root: string) => readFile(join(root, 'functions/index.ts'), 'utf8');
const tool = (root: string, name: string, ...args: string[]) =>
  run(join(ROOT, 'node_modules/.bin', name), args, { cwd: root }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${name} ${args.join(' ')}:\n${error.stdout}\n${error.stderr}`);
  });

/** Each is awkward: a word of JavaScript's, one of the files' own, the longest, two that become one name, orders. */
const TYPES = [
  'resize-image',
  'delete',
  'consumer',
  `a-${'b'.repeat(36)}-c`,
  'send',
  'send-email2',
  'send--email',
  'z9-10x',
  'z9-9-',
  // Names of the files' own, and a global's.
  ...['run', 'throws', 'test-job', 'define-job', 'refused', 'value-of'],
];

describe('new job types', () => {
  it('pass lint, types and their own tests', async () => {
    const root = await copyOfRepository('whole');
    const made = [];
    for (const type of TYPES) made.push(await newJobType(type, root));
    expect(made[0]).toEqual({
      definition: 'resizeImage',
      files: [
        'functions/resize-image/definition.ts',
        'functions/resize-image/handler.ts',
        'functions/resize-image/perform.ts',
        'test/unit/functions/resize-image.test.ts',
        'functions/index.ts',
      ],
    });
    expect(new Set(made.map(({ definition }) => definition)).size).toBe(TYPES.length);
    await tool(root, 'biome', 'check', '--vcs-enabled=false', 'functions', 'test/unit/functions');
    const only = { extends: './tsconfig.json', include: ['functions', 'test/unit/functions'] };
    await writeFile(join(root, 'only.json'), JSON.stringify(only));
    // The compiler reads the types of all packages for it.
    if (inject('deep')) await tool(root, 'tsc', '-p', 'only.json');
    const own = TYPES.map((type) => `test/unit/functions/${type}.test.ts`);
    const catalogue = 'test/unit/functions/catalogue.test.ts';
    const options = ['--config', 'test/vitest.config.ts', '--project', 'unit*', '--no-isolate', '--maxWorkers=1'];
    const { stdout } = await tool(root, 'vitest', 'run', ...options, ...own, catalogue);
    expect(stdout).toContain(`${TYPES.length + 1} passed`);
  }, 300_000);
});

const SHORT = `import { sendEmail } from './send-email/definition.ts';\n\nexport const definitions = [sendEmail] as const;\n`;

describe('the catalogue', () => {
  it('gets the import in order, and the name at the end', async () => {
    const root = await repositoryOf('short', SHORT);
    await newJobType('archive', root);
    await newJobType('tidy-up', root);
    expect(await catalogueOf(root)).toBe(
      [
        "import { archive } from './archive/definition.ts';",
        "import { sendEmail } from './send-email/definition.ts';",
        "import { tidyUp } from './tidy-up/definition.ts';",
        '',
        'export const definitions = [sendEmail, archive, tidyUp] as const;',
        '',
      ].join('\n'),
    );
  });

  it.each([
    'run',
    'throws',
    'test-job',
    'faults',
    'refused',
    'define-job',
    'z',
    'signal',
    'fetch',
    'value-of',
    'delete',
  ])('gets another name for %s, which the new files or JavaScript use', async (type) => {
    const root = await repositoryOf('taken', SHORT);
    const camel = type.replace(/-(.)/, (_, next: string) => next.toUpperCase());
    expect((await newJobType(type, root)).definition).toBe(`${camel}Job`);
  });

  it('that is empty gets its first line', async () => {
    const root = await repositoryOf('empty', 'export const definitions = [] as const;\n');
    await newJobType('archive', root);
    expect(await catalogueOf(root)).toBe(
      "import { archive } from './archive/definition.ts';\n\nexport const definitions = [archive] as const;\n",
    );
  });

  it('that cannot be parsed stays as it is, and nothing is written', async () => {
    const odd = 'export const definitions = [make()];\n';
    const root = await repositoryOf('odd', odd);
    await expect(newJobType('archive', root)).rejects.toThrow(
      'functions/index.ts: there is no `export const definitions = [a, b] as const;` to add to',
    );
    expect(await catalogueOf(root)).toBe(odd);
    expect(await readdir(join(root, 'functions'))).toEqual(['index.ts', 'send-email']);
  });

  it('that is missing is reported with its folder', async () => {
    await expect(newJobType('archive', join(folder, 'nowhere'))).rejects.toThrow(
      'run this at the root of the repository',
    );
  });
});

describe('a new job type is refused', () => {
  it.each([
    ['Resize', 'type must be 1 to 40 of a-z, 0-9 and "-", starting with a letter, got "Resize"'],
    ['../etc', 'type must be 1 to 40 of a-z, 0-9 and "-"'],
    ['core', 'type "core" is the name of a stack of Sluice\'s own; choose another'],
    ['mail-dlq', 'type "mail-dlq" must not end in "-dlq"'],
  ])('%s', async (type, message) => {
    await expect(newJobType(type, ROOT)).rejects.toThrow(message);
  });

  it('for a folder that exists', async () => {
    const root = await repositoryOf('folder', SHORT);
    await expect(newJobType('send-email', root)).rejects.toThrow('functions/send-email exists already');
  });

  it('for a test that exists; nothing is written', async () => {
    const root = await copyOfRepository('tested');
    await writeFile(join(root, 'test/unit/functions/archive.test.ts'), '// mine\n');
    const before = await catalogueOf(root);
    await expect(newJobType('archive', root)).rejects.toThrow('test/unit/functions/archive.test.ts exists already');
    expect(await catalogueOf(root)).toBe(before);
    expect(await readdir(join(root, 'functions'))).not.toContain('archive');
  });
});
