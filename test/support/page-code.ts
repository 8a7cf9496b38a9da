import { readFileSync } from 'node:fs';
import { marked, type Tokens } from 'marked';

/** Which code of a page is meant. */
export interface CodePlace {
  /** The page's path from the root of the repository. */
  readonly page: string;
  /** Heading of its section, of the second level, without its marks. */
  readonly heading: string;
  /** What stands behind the opening fence. */
  readonly language: string;
  /** Text that picks one of several blocks. @default any */
  readonly having?: string;
}

/**
 * A block of code of a page, as readers copy it.
 *
 * @throws Error if the section has no such block, or more than one
 */
export function codeOf({ page, heading, language, having = '' }: CodePlace): string {
  const blocks = sectionOf(page, heading).filter(
    (token): token is Tokens.Code => token.type === 'code' && token.lang === language && token.text.includes(having),
  );
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) {
    throw new Error(`${page}, "${heading}": ${blocks.length} blocks of ${language} with "${having}", not one`);
  }
  return `${block.text}\n`;
}

/** What stands between a heading of the second level and the next one of its level or above. */
function sectionOf(page: string, heading: string) {
  const tokens = marked.lexer(readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8'));
  const isTop = ({ type, depth }: { type: string; depth?: number }) => type === 'heading' && (depth ?? 0) <= 2;
  const start = tokens.findIndex((token) => isTop(token) && (token as Tokens.Heading).text === heading);
  if (start < 0) return [];
  const end = tokens.findIndex((token, i) => i > start && isTop(token));
  return tokens.slice(start + 1, end < 0 ? undefined : end);
}
