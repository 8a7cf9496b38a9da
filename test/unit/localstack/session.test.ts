import { sep } from 'node:path';
import { expect, it } from 'vitest';
import { EmulatorError } from '../../../localstack/errors.ts';
import type { DeployedFunction } from '../../../localstack/log-tail.ts';
import { ROOT } from '../../../localstack/places.ts';
import { type Deployed, makeSession } from '../../../localstack/session.ts';
import { stackSources } from '../../../localstack/stack-sources.ts';

const fn = (folder: string): DeployedFunction => ({
  ...{ name: `sluice-dev-${folder}`, folder, logGroup: '', traced: false },
});
const path = (file: string) => `/r/${file}`;

/** A stage whose functions hold these files. */
function stage(files: Record<string, string[]>) {
  const done: string[] = [];
  const lines: string[] = [];
  const followed: string[] = [];
  let broken: string | undefined;
  const all = (): Deployed => ({
    queueUrls: Object.fromEntries(Object.keys(files).map((type) => [type, `http://sqs/${type}`])),
    functions: Object.keys(files).map(fn),
  });
  const sourcesOf = ({ folder }: DeployedFunction) => {
    if (folder === broken) throw new EmulatorError(`${folder} cannot be bundled`);
    return (files[folder] ?? []).map(path);
  };
  const session = makeSession({
    bundle: (functions) => Promise.allSettled(functions.map(async (one) => sourcesOf(one))),
    reload: (functions) =>
      Promise.allSettled(
        functions.map(async (one) => {
          const sources = sourcesOf(one);
          done.push(one.folder);
          return sources;
        }),
      ),
    redeploy: async () => {
      done.push('stacks');
      return all();
    },
    folderOf: ({ folder }) => `/r/functions/${folder}${sep}`,
    stackSources: async () => [path('functions/index.ts')],
    say: (line) => lines.push(line.replace(/ {2}[\d.]+ s$/, '')),
  });
  const watch = { follow: async (more: readonly string[]) => void followed.push(...more) };
  const begin = () => session.begin(all(), watch);
  const save = async (...saved: string[]) => {
    session.saved(saved.map(path));
    await session.settled();
    return done.splice(0);
  };
  return { session, begin, save, lines, followed, done, files, breaks: (folder?: string) => (broken = folder) };
}

it('every function whose bundle holds the saved file is reloaded', async () => {
  const { begin, save, lines } = stage({ a: ['a.ts', 'shared.ts'], b: ['b.ts', 'shared.ts'], c: ['c.ts'] });
  begin();
  expect(await save('a.ts')).toEqual(['a']);
  expect(await save('shared.ts')).toEqual(['a', 'b']);
  expect(await save('notes.ts')).toEqual([]);
  expect(lines).toEqual(['↻ a', '↻ a, b']);
});

it('what a reload newly imports is followed', async () => {
  const { begin, save, files, followed } = stage({ a: ['a.ts'] });
  begin();
  files.a?.push('elsewhere/new.ts');
  expect(await save('a.ts')).toEqual(['a']);
  expect(followed).toContain('/r/elsewhere/new.ts');
  expect(await save('elsewhere/new.ts')).toEqual(['a']);
});

it('a new type is deployed, told with its queue, and followed; one that is gone is told', async () => {
  const { session, begin, save, files, lines } = stage({ a: ['a.ts'] });
  begin();
  await session.settled();
  files.hello = ['functions/hello/handler.ts'];
  expect(await save('functions/hello/handler.ts', 'functions/index.ts')).toEqual(['stacks']);
  expect(lines).toEqual(['↻ all stacks', '+ hello http://sqs/hello']);
  expect(session.functions().map(({ folder }) => folder)).toEqual(['a', 'hello']);
  expect(await save('functions/hello/handler.ts')).toEqual(['hello']);
  delete files.a;
  await save('functions/index.ts');
  expect(lines.slice(-1)).toEqual(['- a removed, with its queue']);
});

it('what is saved during the start is deployed after it', async () => {
  const { session, begin, save, done } = stage({ a: ['a.ts'] });
  expect(await save('a.ts')).toEqual([]);
  begin();
  await session.settled();
  expect(done).toEqual(['a']);
});

it('a function that cannot be bundled is told, does not keep another back, and is reloaded when it is mended', async () => {
  const { begin, save, lines, breaks } = stage({ a: ['functions/a/a.ts', 'shared.ts'], b: ['b.ts', 'shared.ts'] });
  breaks('a');
  begin();
  expect(await save('functions/a/a.ts', 'shared.ts')).toEqual(['b']);
  expect(lines).toEqual(['↻ b', '✗ a cannot be bundled']);
  breaks();
  expect(await save('functions/a/a.ts')).toEqual(['a']);
});

it('the stacks are made of the catalogue, definitions, resources and what these import', async () => {
  const sources = await stackSources(ROOT);
  const files = sources.map((file) => file.slice(ROOT.length + 1).replaceAll(sep, '/'));
  expect(files).toEqual(
    expect.arrayContaining([
      'functions/index.ts',
      'functions/sync-data/definition.ts',
      'functions/sync-data/resources.ts',
    ]),
  );
  expect(files.filter((file) => !file.startsWith('functions/'))).toEqual([]);
  expect(files).not.toContain('functions/sync-data/handler.ts');
});
