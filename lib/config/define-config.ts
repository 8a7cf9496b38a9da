import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { StageProfiles } from '../infra/stages/profile.ts';
import { ConfigError } from './errors.ts';

/** A job type of a project, and where its code is. Paths are from the configuration's folder. */
export interface ConfiguredJob {
  readonly definition: JobDefinition;
  /** File that exports `handler`. A `bundle.ts` beside it says how it is bundled. */
  readonly entry: string;
  /** File that exports `resources`. @default `resources.ts` beside the handler, if there is one */
  readonly resources?: string;
}

/** What a project has. */
export interface ConfigOptions {
  readonly jobs: readonly ConfiguredJob[];
  /** The stages and their settings, by the name that `-c stage=` chooses. @default none: `-c` says all */
  readonly stages?: StageProfiles;
}

/** A job type whose files exist. */
export interface CheckedJob {
  readonly definition: JobDefinition;
  readonly entry: string;
  readonly resources: string | undefined;
}

/** A checked configuration. Its paths are absolute. */
export interface SluiceConfig {
  /** The file itself. */
  readonly file: string;
  readonly jobs: readonly CheckedJob[];
  readonly stages: StageProfiles;
}

/** The same in every copy of the package. */
const CONFIG = Symbol.for('sluice.config');

/**
 * Names the job types of a project. `sluice.config.ts` exports it as its default:
 *
 * ```ts
 * export default defineConfig(import.meta.url, { jobs: [{ definition: hello, entry: 'jobs/hello/handler.ts' }] });
 * ```
 *
 * @param url  the configuration's own, `import.meta.url`: paths are from its folder
 * @throws ConfigError for a file that does not exist, something else than a definition, or two jobs of one type
 */
export function defineConfig(url: string, options: ConfigOptions): SluiceConfig {
  const file = fileOf(url);
  const name = basename(file);
  const { jobs, stages = {} } = options ?? {};
  if (!Array.isArray(jobs)) throw new ConfigError(`${name}: "jobs" must be a list of { definition, entry }`);
  const known = new Map<string, number>();
  const checked = (jobs as readonly ConfiguredJob[]).map((job, i) => {
    const where = `${name}: jobs[${i}]`;
    const type = typeOf(job, where);
    const other = known.get(type);
    if (other !== undefined) {
      throw new ConfigError(
        `${where} has the type "${type}", and so has jobs[${other}]: a type names one queue; keep one`,
      );
    }
    known.set(type, i);
    return withFiles(job, { folder: dirname(file), where: `${where} ("${type}")` });
  });
  return Object.assign({ file, jobs: checked, stages }, { [CONFIG]: true });
}

/** Whether a value was made by {@link defineConfig}, of whichever copy of the package. */
export const isConfig = (value: unknown): value is SluiceConfig =>
  typeof value === 'object' && value !== null && CONFIG in value;

function fileOf(url: unknown): string {
  if (typeof url === 'string' && url.startsWith('file:')) {
    const { href } = new URL(url);
    // A loader may add a query of its own.
    return fileURLToPath(href.replace(/[?#].*$/, ''));
  }
  throw new ConfigError('defineConfig takes import.meta.url first: defineConfig(import.meta.url, { jobs: […] })');
}

function typeOf(job: Partial<ConfiguredJob> | undefined, where: string): string {
  const { definition, entry } = job ?? {};
  if (typeof definition?.type !== 'string' || definition.payload === undefined) {
    throw new ConfigError(
      `${where} has no definition: give it what defineJob returns, as { definition: hello, entry }`,
    );
  }
  if (typeof entry !== 'string') {
    throw new ConfigError(`${where} ("${definition.type}") has no entry: name the file that exports its handler`);
  }
  return definition.type;
}

interface Place {
  readonly folder: string;
  /** For errors: `sluice.config.ts: jobs[0] ("hello")`. */
  readonly where: string;
}

function withFiles({ definition, entry, resources }: ConfiguredJob, place: Place): CheckedJob {
  const handler = existing('entry', entry, place);
  const beside = join(dirname(handler), `resources${extname(handler)}`);
  const named = resources === undefined ? undefined : existing('resources', resources, place);
  return { definition, entry: handler, resources: named ?? (existsSync(beside) ? beside : undefined) };
}

function existing(field: string, path: string, { folder, where }: Place): string {
  const file = resolve(folder, path);
  if (existsSync(file)) return file;
  throw new ConfigError(`${where}: ${field} ${path} does not exist in ${folder}: correct the path, or write the file`);
}
