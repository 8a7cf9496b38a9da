import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('@sparticuz/chromium'));
const BIN = join(PACKAGE, '../bin');
const SLUICE = fileURLToPath(new URL('../../../.sluice', import.meta.url));

/** A browser as it lies on the disk, and the environment that it starts in. */
export interface Executable {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The Chromium of the package `@sparticuz/chromium`, unpacked once into `.sluice/` (220 MB, some seconds). It brings the libraries
 * that a bare machine lacks (NSS, NSPR, expat) and a font: it starts with those, whatever the system has.
 */
export async function unpackedChromium(): Promise<Executable> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, '../package.json'), 'utf8')) as { version: string };
  const folder = join(SLUICE, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const env = { LD_LIBRARY_PATH: `${folder}/lib:${folder}`, FONTCONFIG_FILE: `${folder}/fontconfig.xml` };
  return { path: join(folder, 'chromium'), env };
}

/** Whole or not at all: another process may do the same at the same time. */
async function unpack(folder: string): Promise<void> {
  const building = `${folder}.${process.pid}`;
  await mkdir(building, { recursive: true });
  try {
    const archives = ['al2023', 'fonts', 'swiftshader'].map((name) => unpackTar(name, building));
    await Promise.all([inflate('chromium.br', join(building, 'chromium')), ...archives]);
    await chmod(join(building, 'chromium'), 0o755);
    await writeFile(join(building, 'fontconfig.xml'), fontConfig(folder));
    await rename(building, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

const inflate = (from: string, to: string): Promise<void> =>
  pipeline(createReadStream(join(BIN, from)), createBrotliDecompress(), createWriteStream(to));

async function unpackTar(name: string, folder: string): Promise<void> {
  const tar = join(folder, `${name}.tar`);
  await inflate(`${name}.tar.br`, tar);
  await promisify(execFile)('tar', ['-xf', tar, '-C', folder]);
  await rm(tar);
}

/** The system's fonts, and the package's own for a machine that has none. */
const fontConfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
