import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/bundle/bundle.ts';
import { startDriver } from './driver/driver.ts';
import type { Stub } from './stub/stub.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BATCHES = 1500;
const JOBS = BATCHES * 10;
const SHOWN = 25;

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/**
 * Runs the warm consumer under V8's profiler: a file for a flame graph (Chrome's DevTools, speedscope), and the time of
 * each package per job. Wall time as the sampler sees it: what waits for a core counts too.
 */
export async function profile(stub: Stub): Promise<void> {
  const folder = join(ROOT, '.sluice', 'profile');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'consumer.mjs');
  const { code } = await bundle('test/bench/job/handler.ts', { absWorkingDir: ROOT, minify: false });
  await writeFile(file, code);
  const before = new Set(await readdir(folder));
  const driver = await startDriver({ file, stub, execArgv: ['--cpu-prof', `--cpu-prof-dir=${folder}`] });
  await driver.run({ batches: BATCHES, batchSize: 10, payload: {} });
  await driver.stop();
  const name = (await readdir(folder)).find((found) => found.endsWith('.cpuprofile') && !before.has(found));
  if (name === undefined) throw new Error(`no profile was written to ${folder}`);
  const found = JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile;
  console.log(`${join(folder, name)}\n\nµs per job by where it was spent, the warm half of ${JOBS} jobs:`);
  for (const [source, us] of bySource(found, Buffer.from(code).toString('utf8')).slice(0, SHOWN)) {
    console.log(`${(us / (JOBS / 2)).toFixed(1).padStart(8)}  ${source}`);
  }
}

/** The time of native code counts for the module that called it. */
function bySource({ nodes, samples, timeDeltas }: CpuProfile, code: string): [string, number][] {
  const sources = sourcesByLine(code);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const sourceOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at)?.callFrame;
      if (frame?.url.endsWith('consumer.mjs')) return sources[frame.lineNumber] ?? 'the bundle';
    }
    return `node: ${byId.get(id)?.callFrame.functionName}`;
  };
  const spent = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = byId.get(id)?.callFrame.functionName;
    if (i < samples.length / 2 || name === '(idle)') continue;
    const source = sourceOf(id);
    spent.set(source, (spent.get(source) ?? 0) + (timeDeltas[i] ?? 0));
  }
  return [...spent].sort(([, a], [, b]) => b - a);
}

/** esbuild writes each module's path above it. */
function sourcesByLine(code: string): string[] {
  let source = 'the bundle';
  return code.split('\n').map((line) => {
    const [, path] = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(line.trim()) ?? [];
    if (path !== undefined) source = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? path;
    return source;
  });
}
