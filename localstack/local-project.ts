import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listJobs } from '../lib/config/list-jobs.ts';
import { type Deployment, deploy } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import { CONFIG_FILE, IS_PACKAGE, NO_CONFIG, ROOT, SLUICE_FOLDER } from './places.ts';
import { projectSources, stackSources } from './stack-sources.ts';
import { type BringUpOptions, bringUp } from './up.ts';

/** A stage that is up on this machine. */
export interface Up {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  /** Deploys again, after a definition or a stack has changed. */
  readonly redeploy: () => Promise<Deployment>;
  readonly stop: () => Promise<void>;
  /** What else stands there, a line each. */
  readonly also: readonly string[];
}

/** Whose job types are kept up: a checkout's, or those of a project that installed the package. */
export interface LocalProject {
  /** Folders that are watched from the start. */
  readonly watched: readonly string[];
  readonly bringUp: (options: BringUpOptions) => Promise<Up>;
  /** Reads which handlers there are. @returns the file that exports a function's handler, by its name without the stage */
  readonly readEntries: () => Promise<(name: string) => string | undefined>;
  /** The files that the stacks are made of. */
  readonly stackSources: () => Promise<readonly string[]>;
}

/** @throws EmulatorError outside of a checkout and of a project */
export function localProject(): LocalProject {
  if (!IS_PACKAGE) return checkout;
  if (CONFIG_FILE !== undefined) return projectOf(CONFIG_FILE);
  throw new EmulatorError(NO_CONFIG);
}

/** Its functions are the folders of `functions/`. Its job types need stand-ins for third parties. */
const checkout: LocalProject = {
  watched: ['functions', 'lib'].map((folder) => join(ROOT, folder)),
  bringUp: async (options) => {
    const { stripe, source, ...up } = await bringUp(options);
    return { ...up, also: [`Stripe stand-in  ${stripe.url}`, `JSON source      ${source.url}/crm/records`] };
  },
  readEntries: async () => (name) => {
    const entry = join(ROOT, 'functions', name, 'handler.ts');
    return existsSync(entry) ? entry : undefined;
  },
  stackSources: () => stackSources(ROOT),
};

function projectOf(config: string): LocalProject {
  return {
    watched: [ROOT],
    bringUp: async ({ stage = 'dev', emulator: force, port, context = {}, log }) => {
      const emulator = await startEmulator({ force, log, port });
      const deployed = (removesGone: boolean) =>
        deploy(emulator, { stage, removesGone, context, ...(log !== undefined && { log }) });
      try {
        const deployment = await deployed(false);
        return { emulator, deployment, redeploy: () => deployed(true), stop: emulator.stop, also: [] };
      } catch (error) {
        await emulator.stop();
        throw error;
      }
    },
    readEntries: async () => {
      const jobs = await listJobs(config);
      const entries = new Map(jobs.map(({ type, entry }) => [type, entry]));
      const dispatcher = join(SLUICE_FOLDER, 'dist/functions/dispatcher/handler.js');
      return (name) => (name === 'dispatcher' ? dispatcher : entries.get(name));
    },
    stackSources: async () => projectSources(config, await listJobs(config).catch(() => [])),
  };
}
