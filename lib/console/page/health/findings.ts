/** The doctor's findings, put in order as they come. Pure. */
import type { Finding } from '../../api.ts';
import { plural } from '../base/format.ts';

/** What needs somebody first. */
export const LEVELS = ['bad', 'unknown', 'note', 'ok'] as const;

const NAMES: Readonly<Record<Finding['level'], string>> = {
  bad: 'To be fixed',
  unknown: 'Could not be looked at',
  note: 'Good to know',
  ok: 'As it should be',
};

export interface FindingGroup {
  readonly level: Finding['level'];
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** Groups that have findings, the worst first; within each in the order of the checks. */
export const groupsOf = (findings: readonly Finding[]): FindingGroup[] =>
  LEVELS.map((level) => ({
    level,
    name: NAMES[level],
    findings: findings.filter((one) => one.level === level),
  })).filter((group) => group.findings.length > 0);

/** How far the look is: `broken` ended before its end, so that what it did not find says nothing. */
export type Look = 'running' | 'over' | 'broken';

/** How it stands, in a sentence. */
export function verdictOf(findings: readonly Finding[], look: Look): string {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  if (look === 'running') return `Looking: ${plural(findings.length, 'check')} so far`;
  if (look === 'broken') return `The look ended early, after ${plural(findings.length, 'check')}`;
  const [bad, unknown, note] = [count('bad'), count('unknown'), count('note')];
  if (bad + unknown + note === 0) return `All is well: ${plural(findings.length, 'check')}`;
  const parts = [
    bad > 0 && plural(bad, 'fault'),
    unknown > 0 && `${plural(unknown, 'check')} not possible`,
    note > 0 && plural(note, 'note'),
  ];
  return parts.filter(Boolean).join(', ');
}
