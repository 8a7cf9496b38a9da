import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed } from '../follow.ts';
import { isDone } from './situations.ts';

const HERE = { root: '.' };
const catalogue = (list: string) => {
  mkdirSync('functions', { recursive: true });
  writeFileSync('functions/index.ts', `${list}\n`);
};
const EMPTY = 'export const definitions = [] as const;';

/** What `new` asks for, in a checkout that is a folder. */
export const AUTHORING: readonly Followed[] = [
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
