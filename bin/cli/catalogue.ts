import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import type { Host } from './host.ts';

/** The job types of this checkout cannot be loaded: a definition is wrong, or a file of theirs is. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

const CATALOGUE = 'functions/index.ts';
const ROOT = new URL('../../', import.meta.url).href;

/**
 * Loads the definitions of this checkout's job types. Only verbs that need them call it: the others work also beside a
 * definition that is wrong.
 *
 * @throws CatalogueError that says what is wrong, and where
 */
export async function loadDefinitions(host: Pick<Host, 'definitions'>): Promise<readonly JobDefinition[]> {
  if (host.definitions !== undefined) return host.definitions;
  const { definitions } = await import('../../functions/index.ts').catch((cause: unknown) => {
    const { name, message } = cause instanceof Error ? cause : new TypeError(String(cause));
    // Some errors of the loader have a message of many lines.
    const said = `${name}: ${message.replace(/\s+/g, ' ').trim()}${placeOf(cause)}`;
    throw new CatalogueError(`the catalogue (${CATALOGUE}) does not load: ${said}`, { cause });
  });
  if (Array.isArray(definitions)) return definitions as readonly JobDefinition[];
  throw new CatalogueError(`the catalogue (${CATALOGUE}) must export \`definitions\`, a list of job definitions`);
}

/** The first place of the checkout's job types that an error names, as ` (functions/send-email/definition.ts:12)`. */
function placeOf(cause: unknown): string {
  const { stack = '' } = cause instanceof Error ? cause : {};
  const lines = stack.split('\n').filter((line) => line.includes(`${ROOT}functions/`));
  const [, place] = lines.map((line) => /(functions\/[^\s:()]+:\d+)/.exec(line.replace(ROOT, ''))).find(Boolean) ?? [];
  return place === undefined ? '' : ` (${place})`;
}
