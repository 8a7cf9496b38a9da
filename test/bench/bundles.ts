import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle, TRACED, WITH_SPANS } from '../../lib/bundle/bundle.ts';
import { BUNDLE_FORM } from '../../lib/bundle/form.ts';
import { onProcessEnd } from '../../localstack/cleanup.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A bundled function on the disk. */
export interface Bundled {
  readonly file: string;
  readonly bytes: number;
}

/** What is measured: Sluice's consumer and dispatcher as they are deployed, traced too, and the stock stack as CDK would bundle it. */
export interface Bundles {
  readonly folder: string;
  readonly sluice: Bundled;
  /** The same job, begun without a write. */
  readonly optimistic: Bundled;
  /** The same consumer with X-Ray's tracer, and with OpenTelemetry's. */
  readonly traced: Bundled;
  readonly spans: Bundled;
  /** The same consumer with `accept`. */
  readonly accepting: Bundled;
  /** A consumer of jobs in flows. */
  readonly flows: Bundled;
  readonly dispatcher: Bundled;
  readonly stock: Bundled;
  /** A durable function of one step, as CDK would bundle it. */
  readonly durable: Bundled;
  remove(): Promise<void>;
}

export async function makeBundles(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const removedByItself = onProcessEnd({ stop: removeFolder });
  const kept = async (name: string, code: Uint8Array): Promise<Bundled> => {
    const file = join(folder, `${name}.mjs`);
    await writeFile(file, code);
    return { file, bytes: code.byteLength };
  };
  const write = async (name: string, entry: string, options = {}): Promise<Bundled> =>
    kept(name, (await bundle(entry, { absWorkingDir: ROOT, ...options })).code);
  return {
    folder,
    sluice: await write('sluice', 'test/bench/job/handler.ts'),
    optimistic: await write('optimistic', 'test/bench/optimistic/handler.ts'),
    traced: await write('traced', 'test/bench/job/handler.ts', TRACED),
    spans: await write('spans', 'test/bench/job/handler.ts', WITH_SPANS),
    accepting: await write('accepting', 'test/bench/accept/handler.ts'),
    flows: await write('flows', 'test/bench/flow/handler.ts'),
    dispatcher: await write('dispatcher', 'functions/dispatcher/handler.ts'),
    stock: await kept('stock', await asCdkBundles('test/bench/stock/handler.ts')),
    durable: await kept('durable', await asCdkBundles('test/bench/durable/handler.ts')),
    async remove() {
      await removeFolder();
      removedByItself();
    },
  };
}

/** Small already: an ES module, minified, without names, no CommonJS build of anything. None of Sluice's plugins: no cuts. */
async function asCdkBundles(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...BUNDLE_FORM,
    mainFields: [...BUNDLE_FORM.mainFields],
    absWorkingDir: ROOT,
    entryPoints: [entry],
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new TypeError(`esbuild made nothing of ${entry}`);
  return file.contents;
}
