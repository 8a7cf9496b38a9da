import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkedJobType } from '../../contract/definition/job-type.ts';
import { CatalogueError, inCatalogue } from './catalogue-line.ts';
import { jobTypeFiles } from './job-type-files.ts';

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

const CATALOGUE = 'functions/index.ts';

/**
 * Writes a job type's folder (definition, handler, the work), its test, and its line in the catalogue.
 *
 * @param root folder that holds `functions/`
 * @throws JobDefinitionError if the type is invalid
 * @throws NewJobTypeError if there is no catalogue, or a file of that name exists already
 */
export async function newJobType(type: string, root: string): Promise<NewJobType> {
  checkedJobType(type);
  const index = join(root, CATALOGUE);
  const before = await readFile(index, 'utf8').catch((cause: unknown) => {
    throw new NewJobTypeError(`${CATALOGUE} cannot be read in ${root}: run this at the root of the repository`, {
      cause,
    });
  });
  const { name, text } = changed(type, before);
  const files = jobTypeFiles(type, name);
  const taken = [`functions/${type}`, ...Object.keys(files)].find((file) => existsSync(join(root, file)));
  if (taken !== undefined) throw new NewJobTypeError(`${taken} exists already: choose another type, or remove it`);
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    // `wx`: never writes over a file that appeared meanwhile.
    await writeFile(join(root, file), contents, { flag: 'wx' });
  }
  // Written last: until then nothing imports the new folder.
  await writeFile(index, text);
  return { definition: name, files: [...Object.keys(files), CATALOGUE] };
}

function changed(type: string, catalogue: string): { name: string; text: string } {
  try {
    return inCatalogue(type, catalogue);
  } catch (cause) {
    if (!(cause instanceof CatalogueError)) throw cause;
    throw new NewJobTypeError(`${CATALOGUE}: ${cause.message}`, { cause });
  }
}
