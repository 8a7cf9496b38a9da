import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';

/** Folder of the assembly that keeps the maps, each under the name that stack frames have in place of a file. */
export const MAPS = 'source-maps';
/** The scheme that a map's sources have where Node itself reads the map: their paths from the project's root come after it. */
export const SOURCE = 'source:///';
/** `sluice-prod-send-email-0123456789abcdef.mjs:12:345`, with what a runtime writes before a file's name. */
const PLACE = /(?:file:\/\/)?[^\s()]*?([\w-]+-[0-9a-f]{16}\.mjs):(\d+):(\d+)/g;
const READ_BY_NODE = new RegExp(`[^\\s()]*${SOURCE}`, 'g');

/** @returns the source map of a bundle, by the name that its stack frames have; undefined if it is not kept */
export type MapOf = (name: string) => SourceMap | undefined;

/** The maps that a synth left in a folder: `cdk.out/source-maps`. */
export function mapsIn(folder: string): MapOf {
  const read = new Map<string, SourceMap | undefined>();
  return (name) => {
    if (!read.has(name)) read.set(name, mapIn(join(folder, `${name}.map`)));
    return read.get(name);
  };
}

function mapIn(file: string): SourceMap | undefined {
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload) : undefined;
}

/** A stack whose frames name the files and lines that people wrote, as far as their maps are kept. */
export const readableStack = (stack: string, mapOf: MapOf): string =>
  stack.replaceAll(READ_BY_NODE, '').replaceAll(PLACE, (place, name: string, line: string, column: string) => {
    // Both count from 0.
    const entry = mapOf(name)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    return `${entry.originalSource.replace(SOURCE, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });

const FRAME = /^\s+at .*?\(?((?:[^\s():]+\/)?[^\s():/]+\.[cm]?[jt]sx?:\d+:\d+)\)?$/;

/**
 * Where a readable stack enters the user's own code: `functions/send-email/perform.ts:12:7`.
 *
 * @returns undefined if no frame is of the user's
 */
export function ownPlace(readable: string): string | undefined {
  const places = readable.split('\n').flatMap((line) => FRAME.exec(line)?.[1] ?? []);
  return places.find((place) => !/(^|\/)node_modules\/|^node:|\.mjs:/.test(place) && !place.startsWith('/'));
}
