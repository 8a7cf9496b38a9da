import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inCatalogue } from '../../../../lib/operator/authoring/catalogue-line.ts';
import { newJobType } from '../../../../lib/operator/authoring/new-job-type.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-catalogue-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function repositoryOf(name: string, catalogue: string): Promise<string> {
  const root = await mkdtemp(join(folder, name));
  await mkdir(join(root, 'functions/send-email'), { recursive: true });
  await cp(join(ROOT, 'test/support/shop/send-email/definition.ts'), join(root, 'functions/send-email/definition.ts'));
  await writeFile(join(root, 'functions/index.ts'), catalogue);
  return root;
}

const catalogueOf = (root: string) => readFile(join(root, 'functions/index.ts'), 'utf8');

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
    await expect(newJobType('archive', root)).rejects.toMatchObject({ cause: { name: 'CatalogueError' } });
    expect(await catalogueOf(root)).toBe(odd);
    expect(await readdir(join(root, 'functions'))).toEqual(['index.ts', 'send-email']);
  });

  it('that is missing is reported with its folder', async () => {
    const writing = newJobType('archive', join(folder, 'nowhere'));
    await expect(writing).rejects.toThrow('run this at the root of the repository');
    await expect(writing).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
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
    const root = await repositoryOf('tested', SHORT);
    await mkdir(join(root, 'test/unit/functions'), { recursive: true });
    await writeFile(join(root, 'test/unit/functions/archive.test.ts'), '// mine\n');
    await expect(newJobType('archive', root)).rejects.toMatchObject({
      ...{ name: 'NewJobTypeError' },
      message: 'test/unit/functions/archive.test.ts exists already: choose another type, or remove it',
    });
    expect(await catalogueOf(root)).toBe(SHORT);
    expect(await readdir(join(root, 'functions'))).not.toContain('archive');
  });
});

describe('the files of a new job type', () => {
  it('hold a small job of its name', async () => {
    const root = await repositoryOf('files', SHORT);
    const { definition, files } = await newJobType('tidy-up', root);
    expect([definition, files]).toEqual([
      'tidyUp',
      [
        'functions/tidy-up/definition.ts',
        'functions/tidy-up/handler.ts',
        'functions/tidy-up/perform.ts',
        'test/unit/functions/tidy-up.test.ts',
        'functions/index.ts',
      ],
    ]);
    const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
    expect(texts).toEqual([
      expect.stringMatching(/export const tidyUp = defineJob\(\{\n {2}type: 'tidy-up',\n/),
      expect.stringContaining('export const handler = consumer(tidyUp, perform);\n'),
      expect.stringContaining('type Input = Payload<typeof tidyUp>;\n'),
      expect.stringMatching(/from '(\.\.\/){3}functions\/tidy-up\/perform\.ts';\n/),
      expect.stringContaining("import { tidyUp } from './tidy-up/definition.ts';\n"),
    ]);
  });
});

describe('a line of the catalogue', () => {
  const catalogue = (types: readonly string[], names: readonly string[] = types) =>
    [
      ...types.map((type) => `import { ${type} } from './${type}/definition.ts';`),
      ...(types.length > 0 ? [''] : []),
      `export const definitions = [${names.join(', ')}] as const;`,
      '',
    ].join('\n');

  it.each([
    ['before all', 'a', ['b', 'd'], ['a', 'b', 'd']],
    ['between two', 'c', ['b', 'd'], ['b', 'c', 'd']],
    ['after all', 'e', ['b', 'd'], ['b', 'd', 'e']],
    ['by the value of its number', 'b9', ['b10', 'b11'], ['b9', 'b10', 'b11']],
  ])('stands %s', (_, type, before, after) => {
    expect(inCatalogue(type, catalogue(before))).toEqual({ name: type, text: catalogue(after, [...before, type]) });
  });

  it('leaves what stands around it: other imports, comments, and what comes after', () => {
    const given = `// Mine.\nimport { a } from './a/definition.ts';\nimport 'x';\n\nexport const definitions = [a] as const;\nexport const more = 1;\n`;
    expect(inCatalogue('b', given).text).toBe(
      given
        .replace("definition.ts';\n", "definition.ts';\nimport { b } from './b/definition.ts';\n")
        .replace('[a]', '[a, b]'),
    );
  });

  it.each([
    ['over lines, with a comma at the end', '[\n  a,\n  b,\n]'],
    ['with blanks', '[ a ,b ]'],
  ])('is added to a list %s', (_, list) => {
    const given = `export const definitions = ${list} as const;\n`;
    expect(inCatalogue('c', given).text).toContain('export const definitions = [a, b, c] as const;\n');
  });

  it('breaks a list that would be longer than 120 characters', () => {
    const fits = 120 - 'export const definitions = [a, ] as const;'.length;
    const named = (length: number) =>
      inCatalogue('b'.repeat(length), catalogue(['a']))
        .text.split('\n')
        .slice(3);
    expect(named(fits)).toEqual([expect.stringMatching(/^export const definitions = \[a, b+\] as const;$/), '']);
    expect(named(fits)[0]).toHaveLength(120);
    expect(named(fits + 1)).toEqual([
      ...['export const definitions = [', '  a,', `  ${'b'.repeat(fits + 1)},`, '] as const;', ''],
    ]);
  });

  it.each([
    ['send--email', [], 'sendEmail'],
    ['z9-9-', [], 'z99'],
    ['run', ['runJob'], 'runJobJob'],
    ['a-b', ['aB'], 'aBJob'],
    ['definitions', [], 'definitionsJob'],
    ['process', [], 'processJob'],
  ])('names %s beside %j by a free name', (type, names, name) => {
    expect(inCatalogue(type, catalogue([], names)).name).toBe(name);
  });

  it.each([
    'export const definitions = [a];',
    ' export const definitions = [a] as const;',
    'export const definitions = [...others] as const;',
    '',
  ])('cannot be added to %j', (given) => {
    expect(() => inCatalogue('b', given)).toThrow(
      expect.objectContaining({
        name: 'CatalogueError',
        message: expect.stringMatching(/ to add to; put the names alone in it$/),
      }),
    );
  });
});
