import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmulatorError, messageOf } from './errors.ts';

/** How {@link installOnce} fills a folder. */
export interface Installation {
  /** Files that must exist, or it is installed again: it links to the machine's own Python, which may be gone. */
  readonly needs: readonly string[];
  /** Version of what is installed. If it differs, it is installed again. @default '' */
  readonly version?: string;
  /** Creates and fills the folder. */
  readonly install: () => Promise<void>;
}

/**
 * Installs something into a folder, unless an earlier run did.
 *
 * The last file written is a marker. An interrupted run leaves no marker, and the next run starts again. One run at a time
 * installs; others wait for it.
 *
 * @throws EmulatorError if the folder cannot be written or another run holds it; whatever `install` throws
 */
export async function installOnce(folder: string, installation: Installation): Promise<void> {
  if (await isComplete(folder, installation)) return;
  const unlock = await lock(`${folder}.lock`);
  try {
    if (await isComplete(folder, installation)) return;
    await rm(folder, { recursive: true, force: true });
    await installation.install();
    await writeFile(marker(folder), installation.version ?? '');
  } finally {
    await unlock();
  }
}

async function isComplete(folder: string, { needs, version = '' }: Installation): Promise<boolean> {
  const installed = await readFile(marker(folder), 'utf8').catch(() => undefined);
  return installed === version && (await Promise.all(needs.map(exists))).every(Boolean);
}

function marker(folder: string): string {
  return join(folder, 'sluice-complete');
}

async function exists(path: string): Promise<boolean> {
  // stat follows links, so that a link to nowhere does not exist.
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Locks by creating a folder, which is atomic. The folder names its owner, so that the lock of a dead process can be removed. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (const deadline = Date.now() + 900_000; Date.now() < deadline; await sleep(200)) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'pid'), String(process.pid));
      return () => rm(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new EmulatorError(`cannot write ${path}: ${messageOf(error)}`, { cause: error });
      }
      await dropIfDead(path);
    }
  }
  throw new EmulatorError(`Another run holds ${path}. If there is none, delete that folder and try again.`);
}

async function dropIfDead(path: string): Promise<void> {
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => Number.NaN));
  const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  if (Number.isInteger(pid) && pid > 0 ? isAlive(pid) : age < 5_000) return;
  // Moved before it is removed: if two runs find the dead lock, only one can move it.
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
