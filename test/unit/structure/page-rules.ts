import { posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import { type MarkedToken, marked, type Token } from 'marked';

/** The repository, as its pages see it. */
export interface Pages {
  /** Every file, by its path from the root. */
  readonly files: ReadonlySet<string>;
  /** A page's text. */
  textOf(page: string): string;
}

/** Lines that a page may have; pages that are generated have no limit. */
export const LINE_LIMITS: Readonly<Record<string, number>> = {
  'README.md': 200,
  'functions/README.md': 424,
  'lib/client/README.md': 110,
  'lib/config/README.md': 80,
  'lib/mcp/README.md': 80,
  'lib/producer/README.md': 272,
  'lib/schedules/README.md': 100,
  'lib/console/README.md': 140,
  'lib/testing/README.md': 180,
  'lib/infra/README.md': 200,
  'lib/infra/stages/README.md': 80,
  'bin/README.md': 129,
  'lib/operator/README.md': 326,
  'lib/engine/README.md': 268,
  'localstack/README.md': 120,
  'test/README.md': 160,
  'test/bench/README.md': 302,
  '.github/CONTRIBUTING.md': 70,
};

/**
 * What is wrong with a page: links and anchors that lead nowhere, headings that stand twice or without blank lines around
 * them, comments that are not closed or not opened, too many lines.
 *
 * @param page its path from the root
 * @returns one sentence for each fault; none if the page is in order
 */
export function pageFaults(page: string, pages: Pages): string[] {
  const text = pages.textOf(page);
  const tokens = marked.lexer(text);
  return [
    ...linkFaults(page, tokens, pages),
    ...headingFaults(tokens),
    ...commentFaults(tokens),
    ...lengthFaults(text, LINE_LIMITS[page]),
  ];
}

function linkFaults(page: string, tokens: readonly Token[], pages: Pages): string[] {
  return targetsIn(tokens).flatMap((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
    const [path = '', anchor] = target.split('#').map(decodeURIComponent);
    const file = path === '' ? page : posix.join(posix.dirname(page), path).replace(/\/$/, '');
    if (path.startsWith('/') || !exists(file, pages)) return [`${target}: there is no such file`];
    if (anchor === undefined || isAnchorOf(file, anchor, pages)) return [];
    return [`${target}: there is no such heading`];
  });
}

/** Where links and pictures lead, those of HTML too. */
function targetsIn(tokens: readonly Token[]): string[] {
  return everyToken(tokens).flatMap((token) => {
    if (token.type === 'link' || token.type === 'image') return [token.href];
    if (token.type !== 'html') return [];
    return [...token.raw.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
  });
}

/** A file, or a folder that holds one. */
const exists = (path: string, { files }: Pages) =>
  files.has(path) || [...files].some((file) => file.startsWith(`${path}/`));

/** GitHub gives a heading an anchor, and each line of a file that is no page (`#L12`, `#L12-L20`). */
function isAnchorOf(file: string, anchor: string, pages: Pages): boolean {
  if (!file.endsWith('.md')) return /^L\d+(-L\d+)?$/.test(anchor);
  const slugger = new GithubSlugger();
  return headingsIn(marked.lexer(pages.textOf(file))).some((heading) => slugger.slug(heading) === anchor);
}

function headingFaults(tokens: readonly Token[]): string[] {
  const headings = headingsIn(tokens);
  const twice = new Set(headings.filter((heading, i) => headings.indexOf(heading) !== i));
  return [...[...twice].map((heading) => `the heading "${heading}" stands twice`), ...unevenFaults(tokens)];
}

const headingsIn = (tokens: readonly Token[]): string[] =>
  everyToken(tokens).flatMap((token) => (token.type === 'heading' ? [textIn(token)] : []));

/** What a reader sees of a token, without its marks. */
function textIn(token: Token): string {
  if ('tokens' in token && token.tokens !== undefined) return token.tokens.map(textIn).join('');
  return 'text' in token && typeof token.text === 'string' ? token.text : '';
}

/** Headings with text right before or after them. */
function unevenFaults(tokens: readonly Token[]): string[] {
  let before = '';
  return tokens.flatMap((token, i) => {
    const isEven = (before === '' || endsBlank(before)) && (i === tokens.length - 1 || startsApart(tokens, i));
    before += token.raw;
    if (token.type !== 'heading' || isEven) return [];
    return [`the heading "${textIn(token)}" is not between blank lines`];
  });
}

const endsBlank = (text: string) => /\n[^\S\n]*\n[^\S\n]*$/.test(text);
const startsApart = (tokens: readonly Token[], i: number) =>
  endsBlank(`${tokens[i]?.raw ?? ''}${tokens[i + 1]?.type === 'space' ? (tokens[i + 1]?.raw ?? '') : ''}`);

/** Comments by HTML's rules; what stands in code is none. */
function commentFaults(tokens: readonly Token[]): string[] {
  return everyToken(tokens).flatMap((token) => {
    if (token.type !== 'html' && token.type !== 'text') return [];
    // A token that holds others says the same as they do.
    if ('tokens' in token && token.tokens !== undefined) return [];
    const rest = token.raw.replace(/<!--[\s\S]*?-->/g, '');
    return [
      ...(rest.includes('<!--') ? ['a comment is left open: <!-- without its -->'] : []),
      ...(rest.includes('-->') ? ['a comment is closed that was not opened: --> without its <!--'] : []),
    ];
  });
}

function lengthFaults(text: string, limit: number | undefined): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return limit === undefined || lines <= limit ? [] : [`it has ${lines} lines, ${limit} at most`];
}

/** All tokens, those within others too: a link of a table's cell, for example. */
const everyToken = (tokens: readonly Token[]): MarkedToken[] =>
  (tokens as readonly MarkedToken[]).flatMap((token) => [token, ...everyToken(within(token))]);

function within(token: MarkedToken): readonly Token[] {
  if (token.type === 'list') return token.items;
  if (token.type === 'table') return [...token.header, ...token.rows.flat()].flatMap((cell) => cell.tokens);
  return 'tokens' in token ? (token.tokens ?? []) : [];
}
