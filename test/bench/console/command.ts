import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const COMMAND = here('../../../bin/sluice.mjs');
/** Where the command keeps the page's bundle. */
const BUNDLES = here('../../../.sluice/console');
const HOOK = new URL('without-new-verbs.mjs', import.meta.url).href;
/** Nothing answers there, and nothing is asked before the page is opened. */
const NOWHERE = ['--stage', 'bench', '--region', 'us-east-1', '--endpoint', 'http://127.0.0.1:9'];
const ENV = { PATH: process.env.PATH ?? '', HOME: '/nowhere', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };

/** @returns wall ms from the start of `sluice console` until it prints its link */
export async function msToLink({ isFirst }: { readonly isFirst: boolean }): Promise<number> {
  if (isFirst) await rm(BUNDLES, { recursive: true, force: true });
  const startMs = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'console', '--no-open', ...NOWHERE], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: ENV,
  });
  const ended = once(child, 'exit');
  try {
    let printed = '';
    for await (const chunk of child.stderr) {
      printed += String(chunk);
      if (printed.includes('/#k=')) return performance.now() - startMs;
    }
    throw new Error(`sluice console printed no link: ${printed}`);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** @returns CPU ms of `sluice queues --help`: the whole command is loaded, and nothing is asked */
export async function startCpuMs(newVerbs: 'with' | 'without'): Promise<number> {
  const child = spawn(process.execPath, ['--import', HOOK, COMMAND, 'queues', '--help'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...ENV, SLUICE_BENCH_VERBS: newVerbs },
  });
  const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const cpuUs = /cpu (\d+)/.exec(printed)?.[1];
  if (code !== 0 || cpuUs === undefined) throw new Error(`sluice queues --help ended with ${code}: ${printed}`);
  return Number(cpuUs) / 1000;
}
