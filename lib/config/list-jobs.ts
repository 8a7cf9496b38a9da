import { execFile } from 'node:child_process';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigError } from './errors.ts';
import { loadConfig } from './load-config.ts';

/** A job type as its project names it, without its definition: plain data. Paths are absolute. */
export interface ListedJob {
  readonly type: string;
  readonly entry: string;
  readonly resources?: string;
}

/** This file, as it is run: compiled or not. */
const OWN = `list-jobs${extname(import.meta.url)}`;

/**
 * Reads a configuration as it is now, in a process of its own: a process loads a module once, and it may have changed since.
 *
 * @throws ConfigError with what the configuration itself says
 */
export async function listJobs(file: string): Promise<ListedJob[]> {
  const own = fileURLToPath(new URL(OWN, import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [own, file], { maxBuffer: 1e8 });
    return JSON.parse(stdout) as ListedJob[];
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    throw new ConfigError(stderr.trim() || `${file} could not be read`, { cause });
  }
}

async function print(file: string): Promise<void> {
  const { jobs } = await loadConfig(file);
  const listed = jobs.map(({ definition: { type }, entry, resources }) => ({ type, entry, resources }));
  process.stdout.write(JSON.stringify(listed));
}

const [, script = '', given] = process.argv;
if (given !== undefined && basename(script) === OWN) {
  await print(given).catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : new TypeError(String(error));
    process.stderr.write(name === 'ConfigError' ? message : `${basename(given)} does not load: ${name}: ${message}`);
    process.exitCode = 1;
  });
}
