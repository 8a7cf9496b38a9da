import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFor, keptIn, keyOf } from './kept.ts';
import type { LoadableBundle } from './load-bundles.ts';

/**
 * Bundles that were loaded in an earlier run: those whose every byte, variable and Node are the same need not be loaded again. One
 * that takes packages from beside it is loaded each time.
 */
export function keptLoads() {
  const loader = ['load-bundles', 'load-one'].map(codeOf);
  const keyFor = ({ entry: _, folder, ...bundle }: LoadableBundle) =>
    keyOf(bundle, filesIn(folder), process.version, process.arch, loader);
  const inFolder = ({ entry }: LoadableBundle) => keptIn(join(cacheFor(entry), 'loads'));
  const mayBeKept = ({ external, install }: LoadableBundle) => external.length + install.length === 0;
  return {
    has: (bundle: LoadableBundle): boolean => mayBeKept(bundle) && inFolder(bundle).read(keyFor(bundle)) === true,
    add: (bundle: LoadableBundle): void => {
      if (mayBeKept(bundle)) inFolder(bundle).write(keyFor(bundle), true);
    },
  };
}

const here = dirname(fileURLToPath(import.meta.url));

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const codeOf = (name: string) => readFileSync(join(here, `${name}${extname(import.meta.url)}`), 'utf8');

const filesIn = (folder: string): [string, string][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => [name, keyOf(readFileSync(join(folder, name), 'latin1'))]);
