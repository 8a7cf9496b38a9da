import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { foldersAbove } from './kept.ts';

/** Something that a bundle depends on, and what it was like: a file's content, or the names in a folder. */
export type Seen = readonly [path: string, fingerprint: string];

/** What esbuild looks for in a folder, whether it is there or not. */
const SETTINGS = ['package.json', 'tsconfig.json', 'jsconfig.json'];
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];
const ABSENT = 'absent';

/**
 * Looks at each file and folder once: what a bundle depends on does not change while a process bundles. A path that is not there
 * has a fingerprint too, since a file that comes later may be found before the one that was taken.
 */
export function makeFingerprints(): Fingerprints {
  const known = new Map<string, Look>();
  const look = (path: string) => {
    const seen = known.get(path) ?? lookAt(path);
    known.set(path, seen);
    return seen;
  };
  return {
    of: (path) => look(path).fingerprint,
    changedSince: (path, ms) => look(path).changedMs >= ms,
  };
}

export interface Fingerprints {
  of(path: string): string;
  /** Whether it was written at this time or later, as it was when it was first looked at. */
  changedSince(path: string, epochMs: number): boolean;
}

interface Look {
  readonly fingerprint: string;
  readonly changedMs: number;
}

function lookAt(path: string): Look {
  try {
    const stats = statSync(path);
    const content = stats.isDirectory() ? namesIn(path) : readFileSync(path);
    const fingerprint = createHash('sha256').update(content).digest('hex');
    return { fingerprint, changedMs: Math.max(stats.mtimeMs, stats.ctimeMs) };
  } catch {
    return { fingerprint: ABSENT, changedMs: 0 };
  }
}

/** Without those that begin with a dot, which nothing imports: tools write them. */
const namesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .join('\n');

/**
 * All that decides a bundle beside its options: the files that it is made of, the settings files and packages that can be found
 * from them, the names beside the user's own files, and the lock file.
 *
 * @param inputs  the files that esbuild read
 */
export function dependsOn(inputs: readonly string[]): string[] {
  const folders = new Set(inputs.flatMap(foldersAbove));
  const own = inputs.filter((input) => !input.includes(`${sep}node_modules${sep}`));
  const settings = [...folders].flatMap((folder) => SETTINGS.map((name) => join(folder, name)));
  const extended = settings.filter((file) => /[jt]sconfig\.json$/.test(file)).flatMap((file) => extendedBy(file));
  const around = [...new Set(own.flatMap(foldersAbove))];
  const found = around.flatMap((folder) => [...LOCKS, 'node_modules'].map((name) => join(folder, name)));
  return [...new Set([...inputs, ...settings, ...extended, ...own.map(dirname), ...found])];
}

/** The files that a tsconfig.json takes its settings from. */
function extendedBy(file: string, seen: ReadonlySet<string> = new Set()): string[] {
  if (seen.has(file)) return [];
  const named = namedIn(file).map((name) => fileNamed(name, file));
  return named.flatMap((one) => [one, ...extendedBy(one, new Set([...seen, file]))]);
}

function namedIn(file: string): string[] {
  try {
    const [, list = ''] = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(readFileSync(file, 'utf8')) ?? [];
    return [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
  } catch {
    return [];
  }
}

function fileNamed(name: string, from: string): string {
  const file = /\.json$/.test(name) ? name : `${name}.json`;
  if (/^[./]/.test(name)) return resolve(dirname(from), file);
  try {
    return createRequire(from).resolve(name);
  } catch {
    return resolve(dirname(from), 'node_modules', file);
  }
}
