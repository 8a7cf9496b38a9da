/** The command in a sentence that says what to do: `Look at why: npx sluice dead --stage dev`. Undefined: it has none. Pure. */
export function commandIn(todo: string): string | undefined {
  const found = /(?:^|[\s`(])((?:npx|aws|npm) [^`()]+)/.exec(todo)?.[1];
  return found?.replace(/[\s.,;:]+$/, '').split(/[,;] | and |\. /)[0];
}
