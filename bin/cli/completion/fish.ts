import type { OptionModel, Values, VerbModel } from './model.ts';

/** A text within single quotes of fish. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The script of fish, with what each verb and option is for. */
export function fishScript(verbs: readonly VerbModel[], command: readonly string[]): string {
  const options = verbs.flatMap((verb) => verb.options).filter(({ values }) => values !== undefined);
  const valued = [...new Set(options.flatMap(({ names }) => names))].join(' ');
  const ask = (what: string) => `${command.map(quoted).join(' ')} completion ${what} 2>/dev/null`;
  return `# fish completion of sluice
function __sluice_types; ${ask('types')}; end
function __sluice_stages; ${ask('stages')}; end
function __sluice_at
  set -l words (commandline -opc)
  set -l given
  set -l before ''
  for word in $words[2..-1]
    string match -q -- '-*' $word; or contains -- $before ${valued}; or set -a given $word
    set before $word
  end
  set -l path (string split -n ' ' -- $argv[1])
  set -l n (count $path)
  test (count $given) -ge $n; or return 1
  for i in (seq $n)
    test "$given[$i]" = "$path[$i]"; or return 1
  end
  test "$argv[2]" = any; or test (count $given) -eq (math $n + $argv[2])
end
complete -c sluice -f
${verbs.flatMap(linesOf).join('\n')}
`;
}

function linesOf(verb: VerbModel, _: number, verbs: readonly VerbModel[]): string[] {
  const { path, below, options, operands } = verb;
  const at = (operand: number | 'any') => quoted(`__sluice_at ${quoted(path)} ${operand}`);
  const subverbs = below.map((name) => {
    const about = verbs.find((one) => one.path === `${path} ${name}`.trim())?.about ?? '';
    return `complete -c sluice -n ${at(0)} -a ${name} -d ${quoted(about)}`;
  });
  return [
    ...subverbs,
    ...(below.length > 0 ? [] : operands.flatMap((values, i) => valuesLine(`complete -c sluice -n ${at(i)}`, values))),
    ...options.map((option) => `complete -c sluice -n ${at('any')} ${optionWords(option)}`),
  ];
}

function valuesLine(line: string, values: Values): string[] {
  if (values === 'free') return [];
  if (values === 'files') return [`${line} -F`];
  return [`${line} -a ${argumentsOf(values)}`];
}

function optionWords({ names, about, values }: OptionModel): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const text = [...flags, `-d ${quoted(about)}`].join(' ');
  if (values === undefined) return text;
  if (values === 'files') return `${text} -rF`;
  return values === 'free' ? `${text} -x` : `${text} -xa ${argumentsOf(values)}`;
}

function argumentsOf(values: Exclude<Values, 'free' | 'files'>): string {
  if (values === 'types' || values === 'stages') return quoted(`(__sluice_${values})`);
  return values === 'folders' ? quoted('(__fish_complete_directories)') : quoted(values.join(' '));
}
