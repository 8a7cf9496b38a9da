import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** What must be deployed again after files were saved. */
export interface Change {
  /** Functions, by their folder in `functions/`, whose bundle holds one of the files. */
  readonly functions: readonly string[];
  /** True if a stack may have changed, which only the CDK can deploy. */
  readonly stacks: boolean;
}

/** What is made of which files. Paths are the machine's own; a folder ends in `/`. */
export interface Sources {
  /** By the function's folder in `functions/`. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  readonly stacks: readonly string[];
}

/** Folders in which nothing is written by hand. */
const UNWATCHED = /^(node_modules|cdk\.out|dist|coverage|\..*)$/;
/** Editors write a file in several steps, and "save all" saves several. */
const SETTLE_MS = 60;

/** Files that are being watched. */
export interface Watch {
  /** Watches the folders of these files too. */
  follow(files: readonly string[]): Promise<void>;
  stop(): void;
}

/**
 * Watches the sources that end up in functions and stacks, and what lies beside them.
 *
 * Folders are watched one by one. On Linux, Node's recursive watching follows each file's inode, so it misses a file after an
 * editor has saved it by renaming a new one over it.
 *
 * @param onSaved  gets the files that were saved together
 * @param folders  those that are watched from the start; those of other sources are followed as they become known
 */
export async function watchSources(
  onSaved: (files: readonly string[]) => void,
  folders: readonly string[],
): Promise<Watch> {
  const watchers = new Map<string, FSWatcher>();
  const saved = collect(onSaved);
  const follow = async (folder: string): Promise<void> => {
    // Not a folder, or already deleted.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries || watchers.has(folder)) return;
    const watcher = watch(folder, (_event, name) => {
      const path = join(folder, name ?? '');
      saved.add(path);
      // It may be a new folder. If it cannot be read, its files are not watched.
      if (!UNWATCHED.test(name ?? '')) follow(path).catch(() => undefined);
    });
    watcher.on('error', () => watcher.close());
    watchers.set(folder, watcher);
    for (const entry of entries) {
      if (entry.isDirectory() && !UNWATCHED.test(entry.name)) await follow(join(folder, entry.name));
    }
  };
  for (const folder of folders) await follow(folder);
  return {
    follow: async (files) => {
      for (const file of files) await follow(dirname(file));
    },
    stop: () => {
      saved.stop();
      for (const watcher of watchers.values()) watcher.close();
    },
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

/** What decides on stacks, whatever is made of it. */
const STACK_FILE = /(^|\/)(lib\/(infra|bundle)\/.*|functions\/(.*\/)?(bundle|definition|resources|index))\.ts$/;

/**
 * @param files  that were saved
 * @returns undefined if nothing that is deployed is made of them
 */
export function meaningOf(files: readonly string[], sources: Sources): Change | undefined {
  const isIn = (held: readonly string[]) =>
    held.some((source) => files.some((file) => file === source || (source.endsWith(sep) && file.startsWith(source))));
  const functions = [...sources.functions].flatMap(([folder, held]) => (isIn(held) ? [folder] : []));
  const stacks = isIn(sources.stacks) || files.some((file) => STACK_FILE.test(file.replaceAll(sep, '/')));
  return functions.length === 0 && !stacks ? undefined : { functions, stacks };
}
