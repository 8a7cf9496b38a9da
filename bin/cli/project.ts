import { basename, dirname, extname, join } from 'node:path';
import { findConfig } from '../../lib/config/load-config.ts';

/** Whether this is the compiled package, in a project that installed it. A checkout runs its TypeScript. */
export const IS_PACKAGE = extname(import.meta.filename) === '.js';

/** The checkout; or the package's own folder. */
export const SLUICE_FOLDER = join(import.meta.dirname, IS_PACKAGE ? '../../..' : '../..');

/** The `sluice.config.ts` of the project that this is run in. A checkout has its catalogue in the place of it. */
export const CONFIG_FILE = IS_PACKAGE ? findConfig(process.cwd()) : undefined;

/** What a verb says that needs it, where there is none. */
export const NO_CONFIG =
  'there is no sluice.config.ts here or above, which names the job types: npx sluice init makes a project with one';

/** The file that names the job types, for messages. */
export const CATALOGUE = IS_PACKAGE ? basename(CONFIG_FILE ?? 'sluice.config.ts') : 'functions/index.ts';

/** Where job types and the files of a local stage are: the checkout, or the project. */
export const ROOT = IS_PACKAGE ? projectFolder() : SLUICE_FOLDER;

function projectFolder(): string {
  return CONFIG_FILE === undefined ? process.cwd() : dirname(CONFIG_FILE);
}
