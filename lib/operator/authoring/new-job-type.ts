import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkedJobType } from '../../contract/definition/job-type.ts';
import { CatalogueError, inCatalogue } from './catalogue-line.ts';
import { inConfig } from './config-line.ts';
import { jobTypeFiles } from './job-type-files.ts';
import { type Layout, layoutOf, PROJECT } from './layouts.ts';

/** The job type cannot be written here, and the message says why. Nothing was written. */
export class NewJobTypeError extends Error {
  override readonly name = 'NewJobTypeError';
}

/** What {@link newJobType} wrote. */
export interface NewJobType {
  /** Name of the definition, as the catalogue imports it. */
  readonly definition: string;
  /** Files written or changed, relative to the root. */
  readonly files: readonly string[];
}

/**
 * Writes a job type's folder (definition, handler, the work), its test, and its line in the catalogue.
 *
 * @param root the checkout, or the folder of a project's `sluice.config.ts`
 * @throws JobDefinitionError if the type is invalid
 * @throws NewJobTypeError if there is no catalogue, or a file of that name exists already
 */
export async function newJobType(type: string, root: string): Promise<NewJobType> {
  checkedJobType(type);
  const layout = layoutOf(root);
  const { catalogue, folder } = layout;
  const index = join(root, catalogue);
  const before = await readFile(index, 'utf8').catch((cause: unknown) => {
    throw new NewJobTypeError(`${catalogue} cannot be read in ${root}: run this at the root of the repository`, {
      cause,
    });
  });
  const { name, text } = changed(type, before, layout);
  const files = jobTypeFiles(type, name, layout);
  const taken = [`${folder}/${type}`, ...Object.keys(files)].find((file) => existsSync(join(root, file)));
  if (taken !== undefined) throw new NewJobTypeError(`${taken} exists already: choose another type, or remove it`);
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    // `wx`: never writes over a file that appeared meanwhile.
    await writeFile(join(root, file), contents, { flag: 'wx' });
  }
  // Written last: until then nothing imports the new folder.
  await writeFile(index, text);
  return { definition: name, files: [...Object.keys(files), catalogue] };
}

function changed(type: string, text: string, layout: Layout): { name: string; text: string } {
  try {
    return layout === PROJECT ? inConfig(type, text) : inCatalogue(type, text);
  } catch (cause) {
    if (!(cause instanceof CatalogueError)) throw cause;
    throw new NewJobTypeError(`${layout.catalogue}: ${cause.message}`, { cause });
  }
}
