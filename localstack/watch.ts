import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ROOT } from './places.ts';

/** What saved files mean for what is deployed. */
export interface Change {
  /** Folders in `functions/` whose handler is to be bundled again; `all` after a change of what they share. */
  readonly functions: readonly string[] | 'all';
  /** True if a stack may have changed with it, so that only the CDK can deploy it. */
  readonly stacks: boolean;
}

const WATCHED = ['functions', 'lib'];
/** Editors write a file in several steps, and "save all" saves several. */
const SETTLE_MS = 60;

/**
 * Watches the sources that end up in functions and stacks.
 *
 * Folders are watched one by one: Node's recursive watching follows each file's inode on Linux, and is blind to a file
 * once an editor has saved it by renaming a new one over it.
 *
 * @param root the checkout
 * @returns a function that ends it
 */
export async function watchSources(onChange: (change: Change) => void, root = ROOT): Promise<() => void> {
  const watchers = new Map<string, FSWatcher>();
  const saved = collect((files) => {
    const change = meaningOf(files);
    if (change) onChange(change);
  });
  const follow = async (folder: string): Promise<void> => {
    // Not a folder, or gone again: nothing to follow.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries || watchers.has(folder)) return;
    const watcher = watch(folder, (_event, name) => {
      const path = join(folder, name ?? '');
      if (path.endsWith('.ts')) saved.add(relative(root, path).replaceAll(sep, '/'));
      // It may be a new folder; should it be unreadable, its files are not watched.
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

/** Gathers what comes in quick succession and hands it on together. */
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
