import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NewJobTypeError } from './new-job-type.ts';
import { projectFiles } from './project-files.ts';

/** What the package that writes a project says of itself: its package.json. */
export interface OwnManifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** How {@link initProject} writes one. */
export interface InitOptions {
  readonly manifest: OwnManifest;
  /** What npm gets Sluice by: a range, or a tarball's path. @default this version */
  readonly package?: string | undefined;
}

/** What a project installs beside Sluice: with ranges that Sluice is tested with. */
const TOOLS = ['@types/node', 'aws-cdk', 'aws-cdk-lib', 'cdk-nag', 'constructs', 'esbuild', 'tsx', 'typescript'];
/** Its tests' runner: the last that runs on the Node that `engines` names; vitest 5 needs 22.12. */
const RUNNER = { vitest: '^4.0.0' };

/**
 * Writes a project with one job type into a folder, which is made if there is none.
 *
 * @returns the files, relative to the folder
 * @throws NewJobTypeError if one of them exists already: nothing was written
 */
export async function initProject(folder: string, options: InitOptions): Promise<string[]> {
  const files = projectFiles({ name: nameOf(folder), ...packages(options) });
  const taken = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    throw new NewJobTypeError(
      `${resolve(folder)} has ${taken.join(', ')} already, and nothing was written: name an empty folder, as npx sluice init jobs`,
    );
  }
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    // `wx`: never writes over a file that appeared meanwhile.
    await writeFile(join(folder, file), contents, { flag: 'wx' });
  }
  return Object.keys(files);
}

function packages({ manifest, package: sluice }: InitOptions) {
  const { version, dependencies, devDependencies, peerDependencies } = manifest;
  const known: Readonly<Record<string, string>> = { ...devDependencies, ...dependencies, ...peerDependencies };
  const ranges = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, known[name] ?? '*']));
  return {
    dependencies: { sluice: sluice ?? `^${version}`, ...ranges(['zod']) },
    devDependencies: { ...ranges(TOOLS), ...RUNNER },
  };
}

/** A folder's name as npm takes it. */
const nameOf = (folder: string): string =>
  basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'jobs';
