import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** Who may wait for a chain's end: tasks of Step Functions, or the durable function of that name. */
export type Answers = 'stepFunctions' | `durableFunctions:${string}`;

/** Lambda's names of functions. */
const ANSWERS = /^(stepFunctions|durableFunctions:[A-Za-z0-9_-]{1,64})$/;

/** @throws JobDefinitionError unless it is absent, or a list in a definition with `handsOn` */
export function checkedAnswers({ answers, handsOn }: Readonly<Record<string, unknown>>): {
  readonly answers?: readonly Answers[];
} {
  if (answers === undefined) return {};
  const isList = Array.isArray(answers) && answers.length > 0;
  if (!isList || !answers.every((one) => typeof one === 'string' && ANSWERS.test(one))) {
    throw new JobDefinitionError(
      `answers must be a list of "stepFunctions" and "durableFunctions:<function>", got ${shown(answers)}`,
    );
  }
  if (handsOn !== undefined) return { answers: Object.freeze([...(answers as Answers[])]) };
  throw new JobDefinitionError(
    'answers needs handsOn: its jobs are steps of a chain. Give handsOn: [] if none follows',
  );
}
