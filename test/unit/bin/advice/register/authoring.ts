import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed } from '../follow.ts';
import { isDone } from './situations.ts';

const HERE = { root: '.' };
const catalogue = (list: string) => {
  mkdirSync('functions', { recursive: true });
  writeFileSync('functions/index.ts', `${list}\n`);
};
const EMPTY = 'export const definitions = [] as const;';

const CONFIG = 'sluice.config.ts';

/** What `new` and `init` ask for in a project that installs Sluice. */
const OF_PROJECTS: readonly Followed[] = [
  {
    says: 'there is no sluice.config.ts here or above, which names the job types: npx sluice init makes a project with one',
    amid: workingFolder,
    type: () => 'init',
    gives(ran) {
      isDone(ran);
      expect(existsSync(CONFIG)).toBe(true);
    },
  },
  ...['npx sluice init', 'npx sluice init jobs'].map((says) => ({ says, amid: workingFolder, gives: isDone })),
  {
    says: '<…> has <…> already, and nothing was written: name an empty folder, as npx sluice init jobs',
    when({ run }) {
      workingFolder();
      writeFileSync('cdk.json', '{}');
      return run('init');
    },
    type: () => 'init jobs',
    gives: isDone,
  },
  {
    says: 'there is no `jobs: [` to add to, or more than one; write the list in the configuration',
    at: HERE,
    when({ run }) {
      workingFolder();
      writeFileSync(CONFIG, 'export default defineConfig(import.meta.url, { jobs });\n');
      return run('new hello', HERE);
    },
    type() {
      writeFileSync(CONFIG, 'export default defineConfig(import.meta.url, { jobs: [] });\n'.replace('{ ', '{\n  '));
      return 'new hello';
    },
    gives: isDone,
  },
];

/** What `new` asks for, in a checkout that is a folder. */
export const AUTHORING: readonly Followed[] = [
  ...OF_PROJECTS,
  {
    says: 'there is no `export const definitions = [a, b] as const;` to add to; put the names alone in it',
    at: HERE,
    when({ run }) {
      workingFolder();
      catalogue('const more = [];\nexport const definitions = [...more] as const;');
      return run('new hello', HERE);
    },
    type({ text }) {
      catalogue((/`(.*)`/.exec(text)?.[1] ?? '').replace('a, b', ''));
      return 'new hello';
    },
    gives: isDone,
  },
  {
    says: '<…> cannot be read in <…>: run this at the root of the repository',
    at: HERE,
    when({ run }) {
      workingFolder();
      return run('new hello', HERE);
    },
    type() {
      catalogue(EMPTY);
      return 'new hello';
    },
    gives: isDone,
  },
  ...(['choose another type', 'remove it'] as const).map(
    (way): Followed => ({
      says: '<…> exists already: choose another type, or remove it',
      at: HERE,
      async when({ run }) {
        workingFolder();
        catalogue(EMPTY);
        mkdirSync('functions/hello');
        return run('new hello', HERE);
      },
      type({ values: [taken = ''] }) {
        if (way === 'choose another type') return 'new hello2';
        rmSync(taken.split(' ').at(-1) ?? '', { recursive: true });
        return 'new hello';
      },
      gives: isDone,
    }),
  ),
];
