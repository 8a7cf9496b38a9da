import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LINE_LIMITS, type Pages, pageFaults } from './page-rules.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What git has, or would take: also a page that is not committed yet. */
function repository(): Pages {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 }).split('\0');
  return {
    files: new Set(listed.filter((file) => file !== '' && existsSync(join(ROOT, file)))),
    textOf: (page) => readFileSync(join(ROOT, page), 'utf8'),
  };
}

const pages = repository();
const written = [...pages.files].filter((file) => file.endsWith('.md'));

describe('the pages', () => {
  it.each(written)('%s: links resolve, headings and comments are in order', (page) => {
    expect(pageFaults(page, pages)).toEqual([]);
  });

  it('those with a limit of lines are all there', () => {
    expect(Object.keys(LINE_LIMITS).filter((page) => !pages.files.has(page))).toEqual([]);
  });
});

/** The faults of a page of a small repository. */
function faultsOf(text: string, page = 'docs/page.md'): string[] {
  const texts = new Map([
    [page, text],
    ['docs/other.md', '# Other\n\n## `npm test` & more\n\n## Resources.ts\n\ntext\n'],
    ['lib/code.ts', ''],
  ]);
  return pageFaults(page, { files: new Set(texts.keys()), textOf: (name) => texts.get(name) ?? '' });
}

describe('the rules for pages', () => {
  it.each([
    ['a link to a page', '[a](other.md)'],
    ['a link to a file above', '[a](../lib/code.ts)'],
    ['a link to a folder', '[a](../lib) and [b](../lib/)'],
    ['a link to a line', '[a](../lib/code.ts#L12)'],
    ['a link to the web', '[a](https://example.com/#gone) <mailto:a@example.com>'],
    ['an anchor of its own', '# Own page\n\n[a](#own-page)'],
    ['anchors by GitHub’s rule', '[a](other.md#npm-test--more) [b](other.md#resourcests)'],
    ['a comment', 'text\n\n<!-- a\n## comment -->\n\ntext <!-- another --> text'],
    ['what looks like headings and comments in code', '```sh\n# no heading\n# no heading\na --> b <!--\n```\n\n`-->`'],
    ['a heading at the end', '# One\n\ntext\n\n## Two'],
    ['headings among blank lines', '# One\n\n## Two\n\n- item\n\n## Three\n\n```\ncode\n```\n\n## Four\n\ntext'],
  ])('allow %s', (_what, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  it.each([
    ['a link to no file', '[a](gone.md)', 'gone.md: there is no such file'],
    ['a link in a table', '| a |\n|---|\n| [b](gone.md) |', 'gone.md: there is no such file'],
    ['a link by reference', 'See [a].\n\n[a]: gone.md', 'gone.md: there is no such file'],
    ['a link in other letters', '[a](Other.md)', 'Other.md: there is no such file'],
    ['a link from the root', '[a](/docs/other.md)', '/docs/other.md: there is no such file'],
    ['a link out of the repository', '[a](../../other.md)', '../../other.md: there is no such file'],
    ['a link of HTML', '<a href="gone.md">a</a>', 'gone.md: there is no such file'],
    ['a picture', '![a](gone.png)', 'gone.png: there is no such file'],
    ['an anchor of no heading', '[a](other.md#gone)', 'other.md#gone: there is no such heading'],
    ['an anchor of its own', '[a](#gone)', '#gone: there is no such heading'],
    ['an anchor of code', '```\n# Gone\n```\n\n[a](#gone)', '#gone: there is no such heading'],
    ['a heading that stands twice', '# A\n\n## B\n\ntext\n\n### B\n\ntext', 'the heading "B" stands twice'],
    ['text before a heading', '# A\n\ntext\n## B\n\ntext', 'the heading "B" is not between blank lines'],
    ['text after a heading', '# A\ntext', 'the heading "A" is not between blank lines'],
    ['code after a heading', '# A\n```\ncode\n```', 'the heading "A" is not between blank lines'],
    ['a list before a heading', '- a\n- b\n# A\n\ntext', 'the heading "A" is not between blank lines'],
    ['a table before a heading', '| a |\n|---|\n| b |\n# A\n\ntext', 'the heading "A" is not between blank lines'],
    ['a comment left open', 'text\n\n<!-- open\n\ntext', 'a comment is left open: <!-- without its -->'],
    ['a comment left open in a line', 'text <!-- open', 'a comment is left open: <!-- without its -->'],
    ['a comment not opened', 'text, up to here. -->', 'a comment is closed that was not opened: --> without its <!--'],
  ])('refuse %s', (_what, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it('refuse a page that is too long', () => {
    expect(faultsOf('a\n'.repeat(129), 'bin/README.md')).toEqual([]);
    expect(faultsOf('a\n'.repeat(130), 'bin/README.md')).toEqual(['it has 130 lines, 129 at most']);
  });
});
