import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { keptIn } from '../../../lib/bundle/kept.ts';
import type { WriteOptions } from '../../../lib/bundle/write-bundle.ts';
import { writeBundles } from '../../../lib/bundle/write-bundles.ts';
import { dependency, project } from './support.ts';

const FILES = {
  'handler.ts': `import { greet } from './greet.js';\nimport dep from 'dep';\nexport const handler = async () => greet(dep);\n`,
  'greet.js': `export const greet = (name) => 'hello ' + name;`,
  'tsconfig.json': '{ "extends": "./base.json" }',
  'base.json': '{ "compilerOptions": {} }',
  'package-lock.json': '{}',
  ...dependency('dep', `module.exports = 'world';`),
};
const MARK = '/* kept */';

/** A project whose bundle was made once, and whose kept copy is marked: a bundle with the mark was not made again. */
async function made(files: Readonly<Record<string, string>> = FILES) {
  const root = project(files);
  const cache = join(root, 'node_modules/.cache/sluice/bundles');
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  const run = async (options: WriteOptions = {}) => {
    // What is written while a run lasts is not kept: the clock of a file is coarse.
    await sleep(20);
    const folder = join(root, '.out', 'probe');
    const [answer] = await writeBundles([{ entry: join(root, 'handler.ts'), folder, options }]);
    if (answer === undefined || 'failure' in answer) throw new Error(answer?.failure);
    return readFileSync(join(folder, 'index.mjs'), 'utf8');
  };
  const kept = () => readdirSync(cache).map((name) => join(cache, name));
  const mark = () => {
    for (const file of kept()) {
      const entry = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { made: { code: string } };
      writeFileSync(file, gzipSync(JSON.stringify({ ...entry, made: { ...entry.made, code: MARK } })));
    }
  };
  const code = await run();
  mark();
  return { root, cache, kept, write, run, code };
}

describe('a bundle of an earlier run', () => {
  it('is taken if nothing changed', async () => {
    const { run, code } = await made();
    expect(code).toContain('hello ');
    expect(await run()).toBe(MARK);
  });

  it.each([
    ['the handler', 'handler.ts', `export const handler = async () => 'new';`],
    ['a file that it imports', 'greet.js', `export const greet = (name) => 'bye ' + name;`],
    ['a package that it imports', 'node_modules/dep/index.js', `module.exports = 'all';`],
    ['the settings of a package', 'node_modules/dep/package.json', '{ "name": "dep", "version": "2.0.0" }'],
    ['the settings of TypeScript', 'tsconfig.json', '{}'],
    ['settings that these extend', 'base.json', '{ "compilerOptions": { "strict": true } }'],
    ['the lock file', 'package-lock.json', '{ "lockfileVersion": 3 }'],
    ['a new file, found before the one that was imported', 'greet.ts', 'export const greet = () => 1;'],
    ['a new package', 'node_modules/other/index.js', ''],
    ['a new package.json', 'package.json', '{ "imports": {} }'],
    [
      'what its bundle.ts says',
      'bundle.mjs',
      `export const bundle = { install: [], external: [], assets: [], layers: [], loader: { '.txt': 'text' } };`,
    ],
  ])('is made again after a change of %s', async (_what, name, text) => {
    const { run, write } = await made();
    write(name, text);
    expect(await run()).not.toContain(MARK);
  });

  it('is made again without a file that it imported, and says so', async () => {
    const { root, run } = await made();
    rmSync(join(root, 'greet.js'));
    await expect(run()).rejects.toThrow(/handler\.ts:\d+:\d+: Could not resolve "\.\/greet\.js"/);
  });

  it.each<[string, WriteOptions]>([
    ['with the tracer', { traced: true }],
    ['with a source map', { map: 'beside' }],
  ])('is another one %s', async (_what, options) => {
    const { run } = await made();
    expect(await run(options)).not.toContain(MARK);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['damaged', (bytes) => Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9, 1)])],
    ['empty', () => Buffer.alloc(0)],
  ])('is made again if its file is %s', async (_what, damage) => {
    const { run, kept, code } = await made();
    for (const file of kept()) writeFileSync(file, damage(readFileSync(file)));
    expect(await run()).toBe(code);
  });

  it('is made all the same where nothing can be kept', async () => {
    const { run, cache, code } = await made();
    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'a file');
    expect(await run()).toBe(code);
  });

  it('is whole for whoever reads while others write, and leaves no half file', async () => {
    const { root, kept, cache, code } = await made();
    rmSync(cache, { recursive: true });
    await sleep(20);
    const entry = join(root, 'handler.ts');
    const folders = ['a', 'b', 'c'].map((name) => join(root, '.out', name));
    await Promise.all(folders.map((folder) => writeBundles([{ entry, folder, options: {} }])));
    for (const folder of folders) expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toBe(code);
    expect(kept().map((file) => file.slice(-8))).toEqual(['.json.gz']);
  });
});

it('what no run has asked for in two weeks is dropped, what was read is not', () => {
  const folder = project({ 'a.txt': '' });
  const days = (count: number) => new Date(Date.now() - count * 24 * 3600 * 1000);
  const earlier = keptIn(join(folder, 'other'));
  for (const name of ['read', 'unread']) earlier.write(name, name);
  mkdirSync(join(folder, 'kept'));
  for (const name of ['read', 'unread']) {
    const file = join(folder, 'kept', `${name}.json.gz`);
    writeFileSync(file, readFileSync(join(folder, 'other', `${name}.json.gz`)));
    utimesSync(file, days(15), days(15));
  }
  const kept = keptIn(join(folder, 'kept'));
  expect(kept.read('read')).toBe('read');
  kept.write('new', 'new');
  expect(readdirSync(join(folder, 'kept')).sort()).toEqual(['new.json.gz', 'read.json.gz']);
});
