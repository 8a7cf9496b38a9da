import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { launchBrowser } from '../../browser/support/browser.ts';

const PAGE = fileURLToPath(new URL('../../../lib/console/page', import.meta.url));
const WINDOWED_FROM = /WINDOWED_FROM = \d+/;

/** The page's own table and style, and a button's worth of each cell. */
const ENTRY = `
import { render } from 'preact';
import { Table } from './parts/table.tsx';
import './style.css';

const rows = Array.from({ length: 10_000 }, (_, i) => ({ key: 'ord-' + i, error: 'request req_' + i + ' timed out', attempts: i % 10 }));
const columns = [
  { key: 'key', head: 'Job', cell: (row) => <a href={'/job/process-payment/' + row.key}>{row.key}</a>, isHead: true },
  { key: 'error', head: 'Error', cell: (row) => row.error, sortBy: (row) => row.error },
  { key: 'attempts', head: 'Attempts', cell: (row) => row.attempts, sortBy: (row) => row.attempts, isNumber: true },
];
window.draw = () => {
  const startMs = performance.now();
  render(<Table caption="Dead jobs" columns={columns} rows={rows} rowKey={(row) => row.key} />, document.body);
  const heightPx = document.body.getBoundingClientRect().height;
  return { ms: performance.now() - startMs, drawn: document.querySelectorAll('tbody tr').length, heightPx };
};
`;

/** How 10,000 rows were drawn. */
export interface Drawn {
  /** Until the layout is done. */
  readonly ms: number;
  /** Rows in the document. */
  readonly drawn: number;
  readonly heightPx: number;
}

/** The page's table in one browser, as it is and without its window. */
export async function drawings(): Promise<{
  draw(table: 'windowed' | 'whole'): Promise<Drawn>;
  stop(): Promise<void>;
}> {
  const scripts = { windowed: await bundled(false), whole: await bundled(true) };
  const browser = await launchBrowser();
  return {
    async draw(table) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const { js, css } = scripts[table];
      await page.setContent(`<!doctype html><style>${css}</style><body></body>`);
      await page.evaluate(js);
      const drawn = await page.evaluate<Drawn>('draw()');
      await page.close();
      return drawn;
    },
    stop: () => browser.close(),
  };
}

async function bundled(isWhole: boolean): Promise<{ readonly js: string; readonly css: string }> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: PAGE, loader: 'tsx' },
    ...{ bundle: true, minify: true, write: false, outdir: PAGE, format: 'iife', logLevel: 'silent' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', plugins: isWhole ? [wholeTable] : [] },
  });
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { js: textOf('.js'), css: textOf('.css') };
}

/** The same table, which draws each of its rows. */
const wholeTable: Plugin = {
  name: 'whole-table',
  setup({ onLoad }) {
    onLoad({ filter: /\/parts\/table\.tsx$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!WINDOWED_FROM.test(source)) throw new Error(`${path} says no more from how many rows on it has a window`);
      return { contents: source.replace(WINDOWED_FROM, 'WINDOWED_FROM = Infinity'), loader: 'tsx' };
    });
  },
};
