import { whyEquivalent } from './equivalents.ts';
import type { Outcome } from './page.ts';

/** Why a mistake that no test finds may stay: a heading of the page. */
export type Reason = string;

interface Rule {
  readonly reason: Reason;
  readonly is: (outcome: Outcome) => boolean;
}

const RULES: readonly Rule[] = [
  {
    reason: 'A property that is undefined instead of absent: JSON and the SDK leave both out',
    is: ({ mutatorName, original, replacement, source }) =>
      mutatorName === 'ConditionalExpression' &&
      replacement === 'true' &&
      / !== undefined$/.test(original) &&
      source.includes(`...(${original} && {`),
  },
  {
    reason: 'The value of a default that only the compiler asks for',
    is: ({ original, replacement, source }) =>
      /Stryker was here/.test(replacement) &&
      /^(''|\[\])$/.test(original) &&
      [`?? ${original}`, ` = ${original}`].some((text) => source.includes(text)),
  },
  {
    reason: 'Optional for the compiler alone: the value is always there',
    is: ({ mutatorName }) => mutatorName === 'OptionalChaining',
  },
  {
    reason: 'A case that cannot come, and that the compiler asks for',
    is: ({ source }) => /^if \(\w+ === undefined\) (throw new TypeError\(|continue;)/.test(source),
  },
  {
    reason: 'An error of another class is thrown on: what is called throws none',
    is: ({ mutatorName, original }) =>
      mutatorName === 'ConditionalExpression' && /^(!\()?\w+ instanceof \w+Error\)?$/.test(original),
  },
  {
    reason: 'A quick look that saves the long one: without it the result is the same',
    is: ({ file, source }) => file === 'lib/operator/json-text.ts' && /^if \(.*\.test\(json\)\) return/.test(source),
  },
  {
    reason:
      'Shown where SQS holds back the rest: 108,000 messages in flight. lib/operator tries that, the command is not run on it',
    is: ({ file, source }) =>
      /^bin\/cli\/(ask|verbs\/dlq-\w+)\.ts$/.test(file) && /unseen|atQuota && |SQS gives out no more/.test(source),
  },
  {
    reason: 'A cause that --debug alone shows',
    is: ({ original, replacement }) => /^\{ cause,? \}$/.test(original.replace(/\s+/g, ' ')) && replacement === '{}',
  },
  {
    reason: 'Only a process of its own runs it: the tests in test/unit/bin try it from outside, and are not run here',
    is: ({ file, status }) => /^bin\/cli\/(host|catalogue)\.ts$/.test(file) && status === 'NoCoverage',
  },
];

/** The reason of what lacks a test. */
export const NO_TEST: Reason = 'No test finds it';

/** The reason of a mistake that no test found. */
export function reasonOf(outcome: Outcome): Reason {
  const rule = RULES.find(({ is }) => is(outcome));
  if (rule !== undefined) return rule.reason;
  return whyEquivalent(outcome) === undefined ? NO_TEST : 'The result is the same';
}
