import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isConfig, type SluiceConfig } from './define-config.ts';
import { ConfigError } from './errors.ts';

/** Names that a project's configuration may have. */
const NAMES = ['sluice.config.ts', 'sluice.config.mts', 'sluice.config.mjs', 'sluice.config.js'];

/** The configuration of the project that a folder is in: its own, else the nearest one above. */
export function findConfig(folder: string): string | undefined {
  const own = NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
  const above = dirname(folder);
  return own ?? (above === folder ? undefined : findConfig(above));
}

/**
 * Loads a project's configuration.
 *
 * @throws ConfigError if nothing here reads TypeScript, or the file exports something else; whatever its modules throw
 */
export async function loadConfig(file: string): Promise<SluiceConfig> {
  await readTypeScript(file);
  const { default: config } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (isConfig(config)) return config;
  // Where package.json does not say "module", tsx makes it CommonJS, whose exports are the default of an import.
  const inner = typeof config === 'object' && config !== null && 'default' in config ? config.default : undefined;
  if (isConfig(inner)) return inner;
  const what = config === undefined ? 'it has no default export' : `its default export is ${typeof config}`;
  throw new ConfigError(
    `${basename(file)} must export its configuration, and ${what}: export default defineConfig(import.meta.url, { jobs: […] })`,
  );
}

/** Lets this process import TypeScript: by the project's tsx, else by Node itself. */
async function readTypeScript(file: string): Promise<void> {
  if (!/\.m?ts$/.test(file)) return;
  const tsx = tsxOf(file);
  if (tsx !== undefined) {
    // As `node --import tsx` does. By its path: it is the project's, not this package's.
    await import(pathToFileURL(tsx).href);
  } else if (!process.features.typescript) {
    throw new ConfigError(
      `${basename(file)} is TypeScript, which Node ${process.versions.node} cannot read alone: npm install --save-dev tsx`,
    );
  }
}

function tsxOf(file: string): string | undefined {
  try {
    return createRequire(file).resolve('tsx');
  } catch {
    return undefined;
  }
}
