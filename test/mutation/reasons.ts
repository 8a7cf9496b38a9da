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
];

/** The reason of a mistake that no test found; without one, a test is missing. */
export const reasonOf = (outcome: Outcome): Reason => RULES.find(({ is }) => is(outcome))?.reason ?? 'No test finds it';
