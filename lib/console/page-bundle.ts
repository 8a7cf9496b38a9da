import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { keptIn } from '../bundle/kept.ts';

/** A file of the page, as it is served. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** Files by their paths: `/app.js`, `/app.css`, and parts that the page loads when it needs them. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const PAGE = join(import.meta.dirname, 'page');
/** In the package it was compiled. */
const ENTRY = ['main.tsx', 'main.js'].map((name) => join(PAGE, name)).find((file) => existsSync(file)) ?? '';
/** What its bundle is made of beside its own files. */
const PACKAGES = ['esbuild', 'preact', '@preact/signals'] as const;

/**
 * Bundles the page in memory.
 *
 * @param cacheFolder  where the bundle of the same sources may lie, and is put
 * @throws the error of an import: esbuild or a package of the page is not installed
 */
export async function bundlePage(cacheFolder: string | undefined): Promise<PageFiles> {
  const kept = cacheFolder === undefined ? undefined : keptIn(cacheFolder);
  const key = keyOfSources();
  const known = kept?.read(key);
  if (known !== undefined) return new Map(Object.entries(known as Record<string, PageFile>));
  const made = await build();
  kept?.write(key, made);
  return new Map(Object.entries(made));
}

async function build(): Promise<Record<string, PageFile>> {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    entryPoints: [
      { in: ENTRY, out: 'app' },
      { in: join(PAGE, 'style.css'), out: 'app' },
    ],
    ...{ bundle: true, minify: true, write: false, outdir: PAGE, splitting: true, format: 'esm' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', target: 'es2022', legalComments: 'none', logLevel: 'silent' },
  });
  const typeOf = (path: string) => (path.endsWith('.css') ? 'text/css' : 'text/javascript');
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => [path.slice(PAGE.length), { type: `${typeOf(path)}; charset=utf-8`, text }]),
  );
}

/** Of the page's own files, and of the versions of all else that it is made of. */
function keyOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  const names = readdirSync(PAGE, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => /\.(tsx?|js|css)$/.test(one)).toSorted()) {
    hash.update(`\0${name}\0`).update(readFileSync(join(PAGE, name)));
  }
  for (const name of PACKAGES) hash.update(`\0${name} ${versionOf(name)}`);
  return hash.digest('hex').slice(0, 32);
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
}

/** The page that every path but `/api/` and the files is answered with. */
export const INDEX = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/app.css">
<script type="module" src="/app.js"></script>
</head>
<body><div id="app"></div></body>
</html>
`;

/**
 * The tab's icon: in the colour that the page's bar has, filled where the stage keeps its data, an outline where it does not.
 *
 * @param tone  `keeps`, or anything else
 * @param given  degrees of the hue (OKLCH), 0 to 360. @default 260
 */
export const icon = (tone: string | undefined, given: string | undefined): string => {
  const hue = /^\d{1,3}$/.test(given ?? '') && Number(given) <= 360 ? Number(given) : 260;
  const colour = `oklch(45% 0.14 ${hue})`;
  const [box, lines] =
    tone === 'keeps'
      ? [`<rect width="16" height="16" rx="3" fill="${colour}"/>`, '#fff']
      : [`<rect x="1" y="1" width="14" height="14" rx="3" fill="#fff" stroke="${colour}" stroke-width="2"/>`, colour];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${box}<path d="M4 5.5h8M4 8h6M4 10.5h3" stroke="${lines}" stroke-width="1.5"/></svg>`;
};
