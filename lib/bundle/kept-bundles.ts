import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from 'esbuild';
import type { Bundle } from './bundle.ts';
import type { BundleSettings } from './define-bundle.ts';
import { dependsOn, makeFingerprints, type Seen } from './fingerprints.ts';
import { cacheFor, keptIn, keyOf } from './kept.ts';

/** What a function's folder is made of, as it can be kept. */
export interface MadeCode {
  /** The code, as text. */
  readonly code: string;
  /** Its source map, whose sources are as people know them. */
  readonly map: string | undefined;
  /** Files beside the code: their path in the function's folder, and where they come from. */
  readonly files: readonly (readonly [to: string, from: string])[];
  /** Files that went into it. */
  readonly inputs: readonly string[];
  readonly readingBeside: Bundle['readingBeside'];
}

/** How a bundle is made, beside what it is made of. */
export interface Making {
  readonly entry: string;
  readonly settings: BundleSettings;
  readonly traced: boolean | 'otel';
  readonly s3: boolean;
  readonly mapped: boolean;
}

interface Entry {
  readonly seen: readonly Seen[];
  readonly made: MadeCode;
}

/**
 * Bundles of earlier runs. One is taken only if nothing that it depends on has changed since.
 *
 * @param startedMs when this run began, in epoch ms: what is written while it runs is not kept
 */
export function keptBundles(startedMs: number) {
  const fingerprints = makeFingerprints();
  const isAsSeen = ([path, fingerprint]: Seen) => fingerprints.of(path) === fingerprint;
  const inFolder = ({ entry }: Making) => keptIn(join(cacheFor(entry), 'bundles'));
  return {
    find: (making: Making): MadeCode | undefined => {
      const kept = inFolder(making).read(keyFor(making)) as Entry | undefined;
      return kept?.seen.every(isAsSeen) ? kept.made : undefined;
    },
    keep: (making: Making, made: MadeCode): void => {
      const files = made.inputs.map((input) => resolve(input));
      const seen = dependsOn(files).map((path): Seen => [path, fingerprints.of(path)]);
      // Perhaps esbuild read what was there before.
      if (seen.some(([path]) => fingerprints.changedSince(path, startedMs))) return;
      inFolder(making).write(keyFor(making), { seen, made } satisfies Entry);
    },
  };
}

/** The folder decides the paths that a source map names; NODE_PATH is one more place where esbuild looks for packages. */
const keyFor = (making: Making): string =>
  keyOf(making, version, ownCode(), process.cwd(), process.env.NODE_PATH ?? '');

let ownHash: string | undefined;

/** This folder's code: what it does to a bundle is of this version. */
function ownCode(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const names = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) !== '');
  ownHash ??= keyOf(
    names()
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  return ownHash;
}
