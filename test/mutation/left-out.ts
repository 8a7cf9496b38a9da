import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

interface Path {
  readonly node: { readonly type: string; readonly flags?: string };
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

/**
 * The words of help texts are for people: that they are printed is tested, what they say is not. And of a regular expression
 * with the flag `u` Stryker makes some that do not parse, so that no test could run.
 */
function shouldIgnore({ node, listKey, key, parent }: Path): string | undefined {
  if (node.type === 'RegExpLiteral' && node.flags?.includes('u')) return 'a regular expression with the flag u';
  const { type, callee } = parent as Call;
  if (type !== 'CallExpression' || listKey !== 'arguments' || key !== (TEXT_FROM[nameOf(callee)] ?? -1))
    return undefined;
  return 'a help text';
}

const nameOf = (callee: Call['callee']): string => callee?.property?.name ?? callee?.name ?? '';

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'left-out', { shouldIgnore })];
