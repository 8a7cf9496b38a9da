import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

interface Path {
  readonly listKey?: string | undefined;
  readonly key: string | number | null;
  readonly parent: unknown;
}

interface Call {
  readonly type?: string;
  readonly callee?: { readonly property?: { readonly name?: string }; readonly name?: string };
}

/** Calls of commander and of ours whose argument from this index on is a help text. */
const TEXT_FROM: Readonly<Record<string, number>> = { description: 0, summary: 0, option: 1, helpGroup: 0 };

/** The words of help texts are for people: that they are printed is tested, what they say is not. */
function shouldIgnore({ listKey, key, parent }: Path): string | undefined {
  const { type, callee } = parent as Call;
  if (type !== 'CallExpression' || listKey !== 'arguments' || key !== (TEXT_FROM[nameOf(callee)] ?? -1))
    return undefined;
  return 'a help text';
}

const nameOf = (callee: Call['callee']): string => callee?.property?.name ?? callee?.name ?? '';

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'help-texts', { shouldIgnore })];
