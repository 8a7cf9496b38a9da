import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ROOT } from './places.ts';

/** What must be deployed again after files were saved. */
export interface Change {
  /** Folders in `functions/` whose handler must be bundled again; `all` after a change of shared code. */
  readonly functions: readonly string[] | 'all';
  /** True if a stack may have changed, which only the CDK can deploy. */
  readonly stacks: boolean;
}

const WATCHED = ['functions', 'lib'];
/** Editors write a file in several steps, and "save all" saves several. */
const SETTLE_MS = 60;

/**
 * Watches the sources that end up in functions and stacks.
 *
 * Folders are watched one by one. On Linux, Node's recursive watching follows each file's inode, so it misses a file after an
 * editor has saved it by renaming a new one over it.
 *
 * @param root the checkout
 * @returns a function that stops it
 */
export async function watchSources(onChange: (change: Change) => void, root = ROOT): Promise<() => void> {
  const watchers = new Map<string, FSWatcher>();
  const saved = collect((files) => {
    const change = meaningOf(files);
    if (change) onChange(change);
  });
  const follow = async (folder: string): Promise<void> => {
    // Not a folder, or already deleted.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries || watchers.has(folder)) return;
    const watcher = watch(folder, (_event, name) => {
      const path = join(folder, name ?? '');
      if (path.endsWith('.ts')) saved.add(relative(root, path).replaceAll(sep, '/'));
      // It may be a new folder. If it cannot be read, its files are not watched.
      else follow(path).catch(() => undefined);
    });
    watcher.on('error', () => watcher.close());
    watchers.set(folder, watcher);
    for (const entry of entries) if (entry.isDirectory()) await follow(join(folder, entry.name));
  };
  for (const folder of WATCHED) await follow(join(root, folder));
  return () => {
    saved.stop();
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Collects changes in quick succession and reports them together. */
function collect(onQuiet: (files: readonly string[]) => void) {
  const files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  return {
    add: (file: string) => {
      files.add(file);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const all = [...files];
        files.clear();
        onQuiet(all);
      }, SETTLE_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * @param files paths from the checkout, with `/`
 * @returns undefined if none of them is deployed
 */
export function meaningOf(files: readonly string[]): Change | undefined {
  const stacks = files.some((file) => /^lib\/infra\/|^functions\/(.*\/)?(definition|resources|index)\.ts$/.test(file));
  if (files.some((file) => /^lib\/(aws|bundle|contract|engine|producer)\//.test(file)))
    return { functions: 'all', stacks };
  const folders = files.flatMap((file) => /^functions\/(?<folder>[^/]+)\//.exec(file)?.groups?.folder ?? []);
  if (folders.length === 0 && !stacks) return undefined;
  return { functions: [...new Set(folders)], stacks };
}
