import type { Outcome } from './page.ts';

/** Why a mistake that no test finds may stay: a heading of the page. */
export type Reason = string;

interface Rule {
  readonly reason: Reason;
  readonly is: (outcome: Outcome, source: string) => boolean;
}

/** What the compiler needs and no run can tell: `?? ''`, `?? 0`, `= {}` of fields that AWS always sends. */
const DEFAULT = /\?\? ('|0|\[|\{)|= ('|0|\[|\{)[^=]*\}? ?(=|\))|\?\./;

const RULES: readonly Rule[] = [
  {
    reason: 'A default of a field that AWS always sends, or that only the compiler asks for',
    is: ({ mutatorName }, source) =>
      /String|Array|Optional|Logical|Object|Conditional/.test(mutatorName) && DEFAULT.test(source),
  },
  {
    reason: 'The text of a regular expression whose other forms AWS does not send',
    is: ({ mutatorName }) => mutatorName === 'Regex',
  },
];

/** The reason of a mistake that no test found; without one, a test is missing. */
export const reasonOf = (outcome: Outcome, source: string): Reason =>
  RULES.find(({ is }) => is(outcome, source))?.reason ?? 'No test finds it';
