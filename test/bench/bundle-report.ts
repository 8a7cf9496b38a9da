import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from '../../lib/bundle/bundle.ts';
import { bytesOf } from './bytes-of.ts';
import { FILE, measured, PLAIN, type Released } from './released-bundles.ts';

/**
 * `npm run bundle-report [-- NAME…]` prints what is in each function's bundle. `npm run bundle-report -- --release` writes the
 * sizes of the checked-out commit into `released-bundles.json`: what the bundles of later commits are held against.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function report(named: readonly string[]): Promise<void> {
  const folders = readdirSync(`${ROOT}functions`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const all = [PLAIN, ...folders.map(({ name }) => `functions/${name}/handler.ts`)];
  for (const entry of all.filter((path) => named.length === 0 || named.some((name) => path.includes(name)))) {
    const { code, metafile } = await bundle(entry, { absWorkingDir: ROOT });
    console.log(`\n${entry}: ${code.byteLength.toLocaleString('en')} bytes`);
    for (const [source, bytes] of bytesOf(metafile)) {
      console.log(`${bytes.toLocaleString('en').padStart(10)}  ${source}`);
    }
  }
}

async function writeReleased(): Promise<void> {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  if (git('status', '--porcelain') !== '') throw new Error('there are changes that no commit has: commit them first');
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Pick<Released, 'version'>;
  const now: Released = { version, commit: git('rev-parse', '--short', 'HEAD'), bytes: await measured() };
  writeFileSync(FILE, `${JSON.stringify(now, null, 2)}\n`);
  console.log(`${version}, commit ${now.commit}:`, now.bytes);
}

const { values, positionals } = parseArgs({
  options: { release: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (values.release) await writeReleased();
else await report(positionals);
