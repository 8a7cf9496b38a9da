import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workFolder } from '../../../localstack/places.ts';
import { codeOf } from '../../support/page-code.ts';

it('the page about tests shows the test that runs', () => {
  const example = readFileSync(new URL('../testing/test-job/example.test.ts', import.meta.url), 'utf8');
  const shown = codeOf({ page: 'lib/testing/README.md', heading: 'testJob', language: 'ts' });
  expect(shown).toBe(example.slice(example.indexOf('async function perform')));
});

it('the page about messages that are not Sluice’s shows the definition and the test that run', () => {
  const example = readFileSync(new URL('../testing/test-job/accept-example.test.ts', import.meta.url), 'utf8');
  const page = 'lib/engine/message/README.md';
  const [, ...definition] = codeOf({ page, heading: "Messages that are not Sluice's", language: 'ts' }).split('\n\n');
  expect(example).toContain(definition.join('\n\n').replace('export ', ''));
  expect(codeOf({ page, heading: 'Test it', language: 'ts' })).toBe(example.slice(example.indexOf('it(')));
});

it('the page about job types shows the flow that a test runs', () => {
  const example = readFileSync(new URL('../testing/test-job/flow-example.test.ts', import.meta.url), 'utf8');
  const shown = codeOf({ page: 'functions/README.md', heading: 'Flows', language: 'ts' }).replaceAll('export ', '');
  expect(example.replace('performSent', 'perform')).toContain(shown);
});

it('the page about job types shows the circuit breaker that a test runs', () => {
  const example = readFileSync(new URL('../testing/test-job/breaker-example.test.ts', import.meta.url), 'utf8');
  const shown = codeOf({ page: 'functions/README.md', heading: 'Circuit breaker', language: 'ts' });
  expect(example).toContain(shown.replace('export ', ''));
});

it('the page about waiting for jobs shows the functions that a test runs', () => {
  const example = readFileSync(new URL('../client/example.test.ts', import.meta.url), 'utf8').replaceAll('\n  ', '\n');
  for (const having of ['async function report', 'async function stop']) {
    const shown = codeOf({ page: 'lib/client/README.md', heading: 'Look, wait, cancel', language: 'ts', having });
    expect(example).toContain(shown.slice(shown.indexOf('async function')));
  }
});

it.each([
  ['README.md', 'Send a job', ''],
  ['lib/producer/README.md', 'TypeScript', ''],
  ['lib/client/README.md', 'Look, wait, cancel', 'import'],
])(
  '%s says under "%s" what a file of this checkout imports in the place of the package',
  async (page, heading, having) => {
    const sample = codeOf({ page, heading, language: 'ts', having });
    const [, names = '', specifier = ''] =
      /import \{ ([^}]+) \} from '[^']+'; \/\/ in this checkout: '([^']+)'\n/.exec(sample) ?? [];
    const file = join(await workFolder('samples'), `${heading}.ts`);
    writeFileSync(file, `export { ${names} } from '${specifier}';\n`);
    const imported = (await import(file)) as Record<string, unknown>;
    for (const name of names.split(', ')) expect(imported[name], name).toBeInstanceOf(Function);
  },
);

it('the front page sends with the command that the producer’s page shows and a test runs', () => {
  const command = { language: 'bash', having: 'sqs send-message' };
  const front = codeOf({ page: 'README.md', heading: 'Send a job', ...command });
  expect(front).toBe(codeOf({ page: 'lib/producer/README.md', heading: 'Any language', ...command }));
});

/** What a page takes from one of the package's entries: in an import, or in a sentence. */
function namesIn(text: string): { name: string; door: string }[] {
  const imports = [...text.matchAll(/import (?:type )?\{([^}]+)\} from '#?sluice\/(\w+)'/g)];
  const sentences = [...text.matchAll(/((?:`[^`\n]+`(?:,|,? and)?\s+)+)(?:of|from)\s+`#?sluice\/(\w+)`/g)];
  return [
    ...imports.flatMap(([, names = '', door = '']) => names.split(',').map((name) => ({ name, door }))),
    ...sentences.flatMap(([, names = '', door = '']) =>
      [...names.matchAll(/`(\w+)/g)].map(([, name = '']) => ({ name, door })),
    ),
  ].flatMap(({ name, door }) => {
    const [, bare] = /^\s*(?:type )?(\w+)/.exec(name) ?? [];
    return bare === undefined ? [] : [{ name: bare, door }];
  });
}

it('what the pages and the job types of this checkout take from the package is exported there', () => {
  const root = new URL('../../../', import.meta.url);
  const files = globSync(['*.md', '{.github,bin,functions,lib,localstack,test}/**/*.md', 'functions/**/*.ts'], {
    cwd: root,
  });
  const taken = files
    .filter((file) => !file.startsWith('CHANGELOG'))
    .flatMap((file) => namesIn(readFileSync(new URL(file, root), 'utf8')).map((one) => ({ file, ...one })));
  const exported = (door: string) => readFileSync(new URL(`lib/${door}/index.ts`, root), 'utf8');
  expect(taken.length).toBeGreaterThan(40);
  expect(taken.filter(({ name, door }) => !new RegExp(`\\b${name}\\b`).test(exported(door)))).toEqual([]);
});
