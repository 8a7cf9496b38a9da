import type { Values, VerbModel } from './model.ts';

/** A text within single quotes of bash and zsh. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What a script finds a kind of values by: its words, or `@` and its name. */
const wordsOf = (values: Values): string => (typeof values === 'string' ? `@${values}` : values.join(' '));

/**
 * The verbs as a function of bash and zsh: given a path and what is asked of it (`below`, `options`, `value --stage`, `operand 1`),
 * it prints words, or `@types` and the like. Nothing: there is no such option, or it takes no value.
 */
export function wordsFunction(verbs: readonly VerbModel[]): string {
  const lines = verbs.flatMap(({ path, below, options, operands }) => [
    [`${path}|below`, below.join(' ')],
    [`${path}|options`, options.flatMap(({ names }) => names).join(' ')],
    ...options.flatMap(({ names, values }) =>
      values === undefined ? [] : names.map((name) => [`${path}|value ${name}`, wordsOf(values)]),
    ),
    ...operands.map((values, i) => [`${path}|operand ${i + 1}`, wordsOf(values)]),
  ]);
  const cases = lines.map(([asked = '', words = '']) => `    ${quoted(asked)}) echo ${quoted(words)} ;;`);
  return ['_sluice_words() {', '  case "$1|$2" in', ...cases, '  esac', '}'].join('\n');
}
