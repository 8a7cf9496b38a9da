import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFailureOf, bundle, TRACED } from './bundle.ts';

// Run as a process of its own: a construct must be made synchronously, and esbuild's plugins are asynchronous.
const [entry, folder, traced] = process.argv.slice(2);
if (entry === undefined || folder === undefined)
  throw new TypeError('usage: write-bundle.ts <entry file> <folder> [traced]');
try {
  const { code } = await bundle(entry, traced === undefined ? {} : TRACED);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.mjs'), code);
} catch (error) {
  process.stderr.write(`${entry} cannot be bundled: ${buildFailureOf(error)}\n`);
  process.exitCode = 1;
}
