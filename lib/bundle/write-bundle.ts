import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../infra/build-failure.ts';
import { bundle, TRACED } from './bundle.ts';

// A process of its own: constructs are made synchronously, esbuild's plugins are not.
const [entry, folder, traced] = process.argv.slice(2);
if (entry === undefined || folder === undefined)
  throw new TypeError('usage: write-bundle.ts <entry file> <folder> [traced]');
try {
  const { code } = await bundle(entry, traced === undefined ? {} : TRACED);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.mjs'), code);
} catch (error) {
  process.stderr.write(`${entry} cannot be bundled: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
