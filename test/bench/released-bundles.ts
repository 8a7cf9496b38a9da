import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/bundle/bundle.ts';
import { bytesOf, OWN } from './bytes-of.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** No third-party client: what every consumer carries. */
export const PLAIN = 'test/bench/job/handler.ts';
/** The bundles that are held against the last release's. */
const SAMPLES = [PLAIN, 'test/support/shop/send-email/handler.ts', 'functions/dispatcher/handler.ts'];

/** The sizes of a release. */
export interface Released {
  /** Of the package. */
  readonly version: string;
  readonly commit: string;
  /** Each sample by its handler; what {@link PLAIN} holds of `lib` by {@link OWN}. */
  readonly bytes: Readonly<Record<string, number>>;
}

export const FILE = fileURLToPath(new URL('released-bundles.json', import.meta.url));

export const released = (): Released => JSON.parse(readFileSync(FILE, 'utf8')) as Released;

/** The sizes as they are now. */
export async function measured(): Promise<Released['bytes']> {
  const bytes: Record<string, number> = {};
  for (const entry of SAMPLES) {
    const { code, metafile } = await bundle(entry, { absWorkingDir: ROOT });
    bytes[entry] = code.byteLength;
    if (entry === PLAIN) bytes[OWN] = bytesOf(metafile).get(OWN) ?? 0;
  }
  return bytes;
}
