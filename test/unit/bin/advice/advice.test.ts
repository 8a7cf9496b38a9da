import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Followed, follow } from './follow.ts';
import { DEAD_LETTERS, UNSENT } from './register/dead-letters.ts';
import { PAGES } from './register/pages.ts';
import { REPORTS } from './register/reports.ts';
import { FAILURES, STAGE } from './register/stage.ts';
import { TOLD } from './register/told.ts';
import { USAGE } from './register/usage.ts';
import { alike, commandsIn, type Found, inPages, inSources, ROOT } from './scan.ts';

const FOLLOWED: readonly Followed[] = [
  ...USAGE,
  ...REPORTS,
  ...DEAD_LETTERS,
  ...UNSENT,
  ...STAGE,
  ...FAILURES,
  ...PAGES,
];
const found: readonly Found[] = [...inSources(), ...inPages()].map(({ where, text, advises }) => ({
  where,
  text: alike(text),
  advises,
}));
const said = ({ says }: { says: string }) => alike(says);

describe('what the command, its alarms and its pages advise', () => {
  test('is in the register', () => {
    const all = [...FOLLOWED, ...TOLD].map(said);
    expect(found.filter(({ text, advises }) => advises && !all.some((says) => text.includes(says)))).toEqual([]);
  });

  test('is followed by a test where it is a command of ours', () => {
    const typed = FOLLOWED.flatMap((one) => commandsIn(said(one)));
    const odd = found.flatMap(({ where, text }) =>
      commandsIn(text)
        .filter((one) => !typed.includes(one))
        .map((one) => `${where}: ${one}`),
    );
    expect(odd).toEqual([]);
  });

  test('is all that the register has', () => {
    expect([...FOLLOWED, ...TOLD].map(said).filter((says) => !found.some(({ text }) => text.includes(says)))).toEqual(
      [],
    );
  });
});

test('advice that is followed elsewhere names tests that exist', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT });
  const named = TOLD.flatMap(({ by }) => by.match(/[\w/-]+\.test\.ts/g) ?? []);
  expect(named.filter((name) => !tests.some((path) => path.endsWith(`/${name}`)))).toEqual([]);
});

describe('followed, it does what it promises:', () => {
  test.each(FOLLOWED.map((one) => [one.says, one] as const))('%s', (_, one) => follow(one));
});
