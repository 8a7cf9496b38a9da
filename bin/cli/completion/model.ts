import type { Command, Option } from 'commander';

/** What a value is completed with: these words, or what this kind names; `free` has no completion. */
export type Values = readonly string[] | 'types' | 'stages' | 'files' | 'folders' | 'free';

/** An option of a verb. */
export interface OptionModel {
  /** As `--stage`, `-y`. */
  readonly names: readonly string[];
  readonly about: string;
  /** Undefined: it takes no value. */
  readonly values?: Values;
}

/** A verb, or one below another; the command itself is the first. */
export interface VerbModel {
  /** As `dlq show`; '' is the command itself. */
  readonly path: string;
  readonly about: string;
  readonly below: readonly string[];
  readonly options: readonly OptionModel[];
  /** What its arguments are completed with, in order. */
  readonly operands: readonly Values[];
}

/** Words that are no option of commander's, as the reasons of a death. */
export interface Choices {
  readonly reasons: readonly string[];
  readonly outputs: readonly string[];
}

/** Reads the verbs of a command, each with what its options and arguments take. */
export function modelOf(command: Command, choices: Choices, path = ''): VerbModel[] {
  const help: OptionModel = { names: ['--help', '-h'], about: 'display help' };
  const own: VerbModel = {
    path,
    about: command.summary(),
    below: command.commands.map((one) => one.name()),
    options: [...command.options.map((option) => toOption(option, choices)), help],
    operands: command.registeredArguments.map((one) => operandsOf(one.name())),
  };
  const below = command.commands.flatMap((one) => modelOf(one, choices, `${path} ${one.name()}`.trim()));
  return [own, ...below];
}

function toOption(option: Option, choices: Choices): OptionModel {
  const names = [option.long, option.short].filter((one) => one !== undefined);
  const takesValue = option.required || option.optional;
  return { names, about: option.description, ...(takesValue && { values: valuesOf(option.attributeName(), choices) }) };
}

/** By the option's name, as it stands in commander's values. */
function valuesOf(name: string, { reasons, outputs }: Choices): Values {
  const known: Readonly<Record<string, Values>> = {
    ...{ stage: 'stages', reason: reasons, output: outputs, emulator: ['localstack', 'localstack-host', 'embedded'] },
    ...{ maps: 'folders', save: 'files', refused: 'files', package: 'files' },
  };
  return known[name] ?? 'free';
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

function operandsOf(name: string): Values {
  const known: Readonly<Record<string, Values>> = {
    ...{ type: 'types', folder: 'folders', what: SHELLS, json: 'files', text: 'files' },
  };
  return known[name] ?? 'free';
}
