import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../lib/config/load-config.ts';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import type { Host } from './host.ts';
import { CATALOGUE, CONFIG_FILE, IS_PACKAGE, NO_CONFIG, ROOT } from './project.ts';

/** The job types of this checkout or project cannot be loaded: a definition is wrong, or a file of theirs is. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

const HERE = pathToFileURL(join(ROOT, '/')).href;

/**
 * Loads the definitions of the job types of this checkout, or of the project that the package is used in. Only verbs that need
 * them call it: the others work also beside a definition that is wrong.
 *
 * @throws CatalogueError that says what is wrong, and where
 */
export async function loadDefinitions(host: Pick<Host, 'definitions'>): Promise<readonly JobDefinition[]> {
  if (host.definitions !== undefined) return host.definitions;
  return IS_PACKAGE ? ofProject(CONFIG_FILE) : ofCheckout();
}

async function ofProject(file: string | undefined): Promise<readonly JobDefinition[]> {
  if (file === undefined) throw new CatalogueError(NO_CONFIG);
  const { jobs } = await loadConfig(file).catch((cause: unknown) => {
    throw wrong(CATALOGUE, cause);
  });
  return jobs.map(({ definition }) => definition);
}

async function ofCheckout(): Promise<readonly JobDefinition[]> {
  // By a name that the compiler does not follow: the package is built without this checkout's job types.
  const { definitions } = (await import(`${HERE}${CATALOGUE}`).catch((cause: unknown) => {
    throw wrong(`the catalogue (${CATALOGUE})`, cause);
  })) as { definitions?: unknown };
  if (Array.isArray(definitions)) return definitions as readonly JobDefinition[];
  throw new CatalogueError(`the catalogue (${CATALOGUE}) must export \`definitions\`, a list of job definitions`);
}

function wrong(what: string, cause: unknown): CatalogueError {
  const { name, message } = cause instanceof Error ? cause : new TypeError(String(cause));
  // It names the file itself.
  if (name === 'ConfigError') return new CatalogueError(message, { cause });
  // Some errors of the loader have a message of many lines.
  const said = `${name}: ${message.replace(/\s+/g, ' ').trim()}${placeOf(cause)}`;
  return new CatalogueError(`${what} does not load: ${said}`, { cause });
}

/** The first place of the job types that an error names, as ` (functions/send-email/definition.ts:12)`. */
function placeOf(cause: unknown): string {
  const { stack = '' } = cause instanceof Error ? cause : {};
  // tsx names files by their paths, Node by their URLs.
  const places = stack.split('\n').map((line) => line.replace(HERE, join(ROOT, '/')).split(join(ROOT, '/'))[1] ?? '');
  const own = places.find((place) =>
    IS_PACKAGE ? /^(?!node_modules\/)./.test(place) : place.startsWith('functions/'),
  );
  const [, place] = /^([^\s:()]+:\d+)/.exec(own ?? '') ?? [];
  return place === undefined ? '' : ` (${place})`;
}
