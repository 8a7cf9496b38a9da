import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { type Bundle, buildFailureOf, bundle, TRACED, WITH_S3, WITH_SPANS } from './bundle.ts';
import type { Asset, BundleSettings } from './define-bundle.ts';
import { installBeside, packageFolder, type Target } from './install.ts';
import type { MadeCode } from './kept-bundles.ts';
import { settingsFileOf, settingsOf } from './settings-of.ts';
import { nameOf, readableMap } from './source-map.ts';
import { MAPS } from './stack.ts';

/** What {@link writeBundle} is told beside the entry and the folder. */
export interface WriteOptions {
  /** By X-Ray (`true`) or by OpenTelemetry. @default false */
  readonly traced?: boolean | 'otel';
  /** Whether it reads and writes large payloads in S3. @default false */
  readonly s3?: boolean;
  /** @default lambda */
  readonly target?: Target;
  /**
   * Where the source map goes: `beside` the code, for a function that reads it; else the assembly, which keeps it for the
   * command. @default none
   */
  readonly map?: 'beside' | { readonly assembly: string };
}

/** What the function needs to be told of its bundle. */
export interface WrittenBundle {
  readonly layers: readonly string[];
  /** Sentences for people. */
  readonly warnings: readonly string[];
  /** For the load check: what is not in the bundle. */
  readonly leftOut: { readonly external: readonly string[]; readonly install: readonly string[] };
  /** Files that it is made of, those of packages left out; a folder of assets ends in `/`. */
  readonly sources: readonly string[];
}

/**
 * Writes all that a function's folder holds: its code, the files beside it, and installed packages.
 *
 * @throws BuildFailure, BundleOptionsError, InstallError, or TypeError for an asset that is not there
 */
export async function writeBundle(entry: string, folder: string, options: WriteOptions = {}): Promise<WrittenBundle> {
  const settings = await settingsOf(entry);
  const made = await bundle(entry, buildOptions(options), settings);
  return place(codeOf(made), { entry, folder, options, settings });
}

/** esbuild's options beside those of every bundle. */
export const buildOptions = ({ traced = false, s3 = false, map }: WriteOptions): BuildOptions => ({
  define: { ...(traced === 'otel' ? WITH_SPANS : traced ? TRACED : {}).define, ...(s3 ? WITH_S3 : {}) },
  ...(map === undefined ? {} : MAPPED),
});

/** A bundle, as a folder is made of it. */
export const codeOf = ({ code, map, files, metafile, readingBeside }: Bundle): MadeCode => ({
  code: Buffer.from(code).toString('utf8'),
  map: map && readableMap(map, { from: process.cwd(), root: process.cwd() }),
  files: [...files],
  // What is no file was made by a plugin.
  inputs: Object.keys(metafile.inputs).filter((input) => existsSync(input)),
  readingBeside,
});

/** Where a bundle is put, and how. */
export interface Place {
  readonly entry: string;
  readonly folder: string;
  readonly options: WriteOptions;
  readonly settings: BundleSettings;
}

/** Makes a function's folder of its code. @throws as {@link writeBundle} */
export async function place(made: MadeCode, { entry, folder, options, settings }: Place): Promise<WrittenBundle> {
  const { target = 'lambda', map } = options;
  const assets = settings.assets.map((asset) => [asset.to, found(asset, entry)] as const);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [to, from] of [...made.files, ...assets]) await cp(from, join(folder, to), { recursive: true });
  await installBeside(settings.install, { entry, folder, target });
  await writeCode(folder, made, map);
  const copied = [...made.files, ...assets].map(([, from]) => from);
  return {
    layers: settings.layers,
    warnings: made.readingBeside.map(warningOf),
    leftOut: { external: settings.external, install: settings.install },
    sources: sourcesOf(entry, [...made.inputs, ...copied]),
  };
}

const warningOf = (name: string) =>
  `${name} looks for files of its own beside its code, and they are not in the bundle: name it in \`install\` or its files in ` +
  '`assets` of bundle.ts beside the handler (defineBundle)';

function sourcesOf(entry: string, inputs: readonly string[]): string[] {
  const own = inputs.map((input) => resolve(input)).filter((file) => !file.includes(`${sep}node_modules${sep}`));
  // What is no file was made by a plugin.
  const files = [...own, settingsFileOf(entry) ?? entry].filter((file) => existsSync(file));
  return files.map((file) => (statSync(file).isDirectory() ? `${file}${sep}` : file));
}

/** Frames need the places alone, not the text. */
const MAPPED = { sourcemap: 'external', sourcesContent: false } as const;

async function writeCode(folder: string, { code, map }: MadeCode, where: WriteOptions['map']): Promise<void> {
  const file = join(folder, 'index.mjs');
  if (map === undefined || where === undefined) return writeFile(file, code);
  if (where === 'beside') {
    await writeFile(`${file}.map`, map);
    return writeFile(file, withLine(code, 'sourceMappingURL=index.mjs.map'));
  }
  const name = nameOf(code, basename(folder));
  await mkdir(join(where.assembly, MAPS), { recursive: true });
  await writeFile(join(where.assembly, MAPS, `${name}.map`), map);
  // V8 puts this name into stack frames: a frame says which map it is read by, whatever was deployed since.
  return writeFile(file, withLine(code, `sourceURL=${name}`));
}

const withLine = (code: string, line: string) => `${code}//# ${line}\n`;

function found({ from }: Asset, entry: string): string {
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(from) ?? [];
  const beside = join(dirname(entry), from);
  const ofPackage = packageFolder(name, entry);
  const file = existsSync(beside) ? beside : ofPackage && join(ofPackage, rest);
  if (file === undefined || !existsSync(file)) {
    throw new TypeError(`the asset ${from} is neither beside the handler nor in a package`);
  }
  return file;
}

// As a command, for a bundle of one's own.
if (process.argv[1] !== undefined && basename(process.argv[1]).startsWith('write-bundle.')) {
  const [entry, folder, options = '{}'] = process.argv.slice(2);
  if (entry === undefined || folder === undefined)
    throw new TypeError('usage: write-bundle.ts <entry file> <folder> [options, as JSON]');
  try {
    const written = await writeBundle(entry, folder, JSON.parse(options) as WriteOptions);
    process.stdout.write(JSON.stringify(written));
  } catch (error) {
    process.stderr.write(`${entry} cannot be bundled: ${buildFailureOf(error)}\n`);
    process.exitCode = 1;
  }
}
