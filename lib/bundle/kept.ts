import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Results of earlier runs, each under a key that names all it was made of. */
export interface Kept {
  /** @returns undefined if it is not kept, or cannot be read: then it is made again */
  read(key: string): unknown;
  write(key: string, value: unknown): void;
}

/** Small results take more time to compress than to write. */
const FAST = { level: 1 };

/**
 * What is kept in a folder. Nobody reads half of a file: it is written elsewhere and renamed, and its checksum (gzip's own) is
 * looked at. A folder that cannot be written keeps nothing, which is no fault of the build.
 */
export function keptIn(folder: string): Kept {
  const fileOf = (key: string) => join(folder, `${key}.json.gz`);
  return {
    read: (key) => {
      try {
        const value: unknown = JSON.parse(gunzipSync(readFileSync(fileOf(key))).toString('utf8'));
        markUsed(fileOf(key));
        return value;
      } catch {
        return undefined;
      }
    },
    write: (key, value) => {
      const making = `${fileOf(key)}.${randomUUID()}`;
      try {
        mkdirSync(folder, { recursive: true });
        dropUnused(folder);
        try {
          writeFileSync(making, gzipSync(JSON.stringify(value), FAST));
          renameSync(making, fileOf(key));
        } finally {
          rmSync(making, { force: true });
        }
      } catch {
        // Nothing is kept.
      }
    },
  };
}

/** What no run has asked for in so long is of a function, or a version, that is gone. */
const UNUSED_MS = 14 * 24 * 3600 * 1000;
const looked = new Set<string>();

function markUsed(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // A folder that only others write.
  }
}

/** Once a process. */
function dropUnused(folder: string): void {
  if (looked.has(folder)) return;
  looked.add(folder);
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > UNUSED_MS) rmSync(file, { force: true, recursive: true });
  }
}

/** A key, of everything that a result depends on. */
export const keyOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Where results are kept, beside the packages of this machine. @param near a file of the project */
export function cacheFor(near: string): string {
  const above = foldersAbove(near).find((folder) => existsSync(join(folder, 'node_modules')));
  return join(above ?? dirname(near), 'node_modules/.cache/sluice');
}

/** The folders that a file lies in, the nearest first. */
export function foldersAbove(file: string): string[] {
  const folder = dirname(file);
  return folder === file ? [] : [folder, ...foldersAbove(folder)];
}
