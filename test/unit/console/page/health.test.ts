import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../lib/console/api.ts';
import { commandIn } from '../../../../lib/console/page/base/command.ts';
import { troublesOf } from '../../../../lib/console/page/base/trouble.ts';
import { groupsOf, verdictOf } from '../../../../lib/console/page/health/findings.ts';

const finding = (level: Finding['level'], check = 'c'): Finding => ({ level, check, what: 'w' });

describe('findings', () => {
  it('stand in groups, what needs somebody first', () => {
    const groups = groupsOf([finding('ok', 'a'), finding('note', 'b'), finding('bad', 'c'), finding('ok', 'd')]);
    expect(groups.map(({ level, findings }) => [level, ...findings.map(({ check }) => check)])).toEqual([
      ['bad', 'c'],
      ['note', 'b'],
      ['ok', 'a', 'd'],
    ]);
  });

  it('are summed up in a sentence, and not before the look is over', () => {
    expect(verdictOf([finding('ok')], 'running')).toBe('Looking: 1 check so far');
    expect(verdictOf([], 'broken')).toBe('The look ended early, after 0 checks');
    expect(verdictOf([finding('ok'), finding('ok')], 'over')).toBe('All is well: 2 checks');
    expect(verdictOf([finding('bad'), finding('bad'), finding('unknown')], 'over')).toBe(
      '2 faults, 1 check not possible',
    );
  });
});

describe('the command in what to do', () => {
  it.each([
    ['Look at why: npx sluice dead --stage dev', 'npx sluice dead --stage dev'],
    ['npx sluice resume a --stage dev', 'npx sluice resume a --stage dev'],
    ['Look at why (npx sluice dead --stage dev), fix the cause', 'npx sluice dead --stage dev'],
    ['Sign in again: `aws sso login --profile shop`.', 'aws sso login --profile shop'],
    ['Attach the managed policy sluice-dev-read.', undefined],
    ['Ask npxian', undefined],
  ])('of "%s" is %s', (todo, command) => {
    expect(commandIn(todo)).toBe(command);
  });
});

describe('what keeps a newer value away', () => {
  it('is found in a feed and in the parts of an answer', () => {
    const trouble = { kind: 'expired', message: 'm' };
    expect(troublesOf({ trouble })).toEqual([trouble]);
    expect(troublesOf({ counts: { trouble }, lists: { data: [] }, name: 'x', none: null })).toEqual([trouble]);
    expect([troublesOf(undefined), troublesOf([]), troublesOf('x')]).toEqual([[], [], []]);
  });
});
