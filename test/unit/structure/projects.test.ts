import { existsSync, globSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, it } from 'vitest';
import { LONGEST } from '../../support/tools/sequencer.ts';
import config from '../../vitest.config.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Project {
  readonly test: { readonly name: string; readonly include: readonly string[]; readonly exclude?: readonly string[] };
}
const projects = (config.test?.projects ?? []) as readonly Project[];

/** The projects that run a file. */
function projectsOf(file: string): string[] {
  const among = (globs: readonly string[]) => globs.some((glob) => matchesGlob(file, glob));
  const running = projects.filter(({ test: { include, exclude = [] } }) => among(include) && !among(exclude));
  return running.map(({ test }) => test.name);
}

const files = globSync('test/**/*.test.ts', { cwd: ROOT });

it('each test file is run by npm test or npm run test:deep, by each at most once', () => {
  expect(files.length).toBeGreaterThan(150);
  const deep = (name: string) => name.startsWith('deep');
  const odd = files.filter((file) => {
    const names = projectsOf(file);
    const counts = [names.filter(deep).length, names.filter((name) => !deep(name)).length];
    return names.length === 0 || counts.some((count) => count > 1);
  });
  expect(odd).toEqual([]);
});

it('what npm test tries in part, npm run test:deep tries in full', () => {
  const partly = files.filter((file) => projectsOf(file).includes('unit-part'));
  expect(partly.length).toBeGreaterThan(5);
  expect(partly.filter((file) => !projectsOf(file).includes('deep'))).toEqual([]);
});

it('the files that are begun first exist', () => {
  expect(LONGEST.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
