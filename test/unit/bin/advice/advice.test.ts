import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Followed, follow } from './follow.ts';
import { AUTHORING } from './register/authoring.ts';
import { DEAD_LETTERS, UNSENT } from './register/dead-letters.ts';
import { FLOWS } from './register/flows.ts';
import { JOBS } from './register/jobs.ts';
import { PAGES } from './register/pages.ts';
import { REPORTS } from './register/reports.ts';
import { SCHEDULES } from './register/schedules.ts';
import { FAILURES, STAGE } from './register/stage.ts';
import { TOLD } from './register/told.ts';
import { USAGE } from './register/usage.ts';
import { alike, commandsIn, type Found, inPages, inRunbook, inSources, ROOT } from './scan.ts';

const FOLLOWED: readonly Followed[] = [
  ...USAGE,
  ...REPORTS,
  ...DEAD_LETTERS,
  ...UNSENT,
  ...STAGE,
  ...FAILURES,
  ...AUTHORING,
  ...JOBS,
  ...FLOWS,
  ...SCHEDULES,
  ...PAGES,
];
const found: readonly Found[] = [...inSources(), ...inPages(), ...inRunbook()].map(({ where, text, advises }) => ({
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

/** Names of Stripe's, of CloudWatch's and of the CDK's. */
const OF_OTHERS = ['StripeIdempotencyError', 'TriggeringChildren', '--exclusively'];

test('what the runbook names in code is what the sources name: options, log events, alarms, queries, metrics', () => {
  const sources = globSync('{bin,lib}/**/*.ts', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const all = sources.join('\n');
  const spans = readFileSync(join(ROOT, 'lib/operator/README.md'), 'utf8').match(/(?<=`)[\w.-]+(?=`)/g) ?? [];
  const names = [...new Set(spans)].filter((name) => !OF_OTHERS.includes(name));
  expect(names.length).toBeGreaterThan(80);
  expect(names.filter((name) => !all.includes(name))).toEqual([]);
});

describe('followed, it does what it promises:', () => {
  test.each(FOLLOWED.map((one) => [one.says, one] as const))('%s', (_, one) => follow(one));
});
