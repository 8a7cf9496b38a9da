import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/**
 * The code of a section of the README, as readers copy it.
 *
 * @param heading of the section, without its marks
 * @param language what stands behind the opening fence
 * @param having   text that picks one of several blocks
 */
export function codeOf(heading: string, language: string, having = ''): string {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(
    ([, name, code = '']) => name === language && code.includes(having),
  );
  const [block] = blocks;
  if (block?.[2] === undefined || blocks.length > 1) {
    throw new Error(`README, "${heading}": ${blocks.length} blocks of ${language} with "${having}", not one`);
  }
  return block[2];
}
