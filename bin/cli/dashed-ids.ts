import type { Command } from 'commander';

/** Arguments that may begin with a dash: ids and keys are of A-Z a-z 0-9 _ . : and -. */
const MAY_BEGIN_WITH_DASH = new Set(['key', 'json']);

/** The verb that a command line names, a subcommand too, and where its own arguments begin. */
function verbOf(program: Command, args: readonly string[]): { verb: Command; from: number } {
  let verb = program;
  let from = 0;
  for (const arg of args) {
    const next = verb.commands.find((command) => command.name() === arg);
    if (next === undefined) break;
    verb = next;
    from += 1;
  }
  return { verb, from };
}

const takesDashes = ({ registeredArguments }: Command): boolean =>
  registeredArguments.some((argument) => MAY_BEGIN_WITH_DASH.has(argument.name()));

/**
 * Puts ids that begin with a dash behind `--`, where they are no options: `job send-email -EwXN` is `job send-email --
 * -EwXN`. One that begins with two dashes stays: it may be a mistyped option, see {@link dashHint}.
 *
 * @param program the command with all its verbs
 * @param args what stands behind `sluice`
 */
export function withIdsApart(program: Command, args: readonly string[]): readonly string[] {
  const { verb, from } = verbOf(program, args);
  const given = args.slice(from);
  if (!takesDashes(verb) || given.includes('--')) return args;
  const options: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const arg = given[i] ?? '';
    const option = verb.options.find(({ short, long }) => short === arg || long === arg);
    // An option that lacks its value would take the "--" for it.
    if (option?.required && i === given.length - 1) return args;
    if (option !== undefined) options.push(...given.slice(i, option.required ? ++i + 1 : i + 1));
    else if (/^(--|-h$)/.test(arg)) options.push(arg);
    else operands.push(arg);
  }
  const fits = operands.length <= verb.registeredArguments.length;
  return fits ? [...args.slice(0, from), ...options, '--', ...operands] : args;
}

/** How an id that begins with dashes is given to the verb of a command line; undefined if it takes no id. */
export function dashHint(program: Command, args: readonly string[]): string | undefined {
  const { verb, from } = verbOf(program, args);
  if (!verb.registeredArguments.some((argument) => argument.name() === 'key')) return undefined;
  const operands = verb.registeredArguments.map((argument) => `<${argument.name()}>`).join(' ');
  return `an id that begins with "-" goes behind "--": sluice ${args.slice(0, from).join(' ')} -- ${operands}`;
}
