import { fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { functionEnvironment } from '../driver/driver.ts';
import type { RunFigures, RunOrder } from '../driver/main.ts';
import { said } from '../said.ts';
import type { Stub } from '../stub/stub.ts';
import type { Limit } from './cgroup.ts';

/** The bench's driver, in a limit from its first instruction on. */
export interface LimitedDriver {
  /** From the start of its process until the function is loaded, ms: Node's own start included. */
  readonly initMs: number;
  /** @throws Error if it ends instead, as one that runs out of memory does */
  run(order: RunOrder): Promise<RunFigures>;
  stop(): Promise<void>;
}

export interface LimitedOptions {
  /** The driver as JavaScript: {@link driverFile}. */
  readonly driver: string;
  /** The bundled function. */
  readonly file: string;
  readonly stub: Pick<Stub, 'url'>;
  readonly limit: Limit;
  readonly memoryMb: number;
}

/** The driver without types, so that no process has to hold Node's compiler to strip them. */
export async function driverFile(folder: string): Promise<string> {
  const source = await readFile(fileURLToPath(new URL('../driver/main.ts', import.meta.url)), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });
  const file = join(folder, 'driver.mjs');
  await writeFile(file, code);
  return file;
}

/** @throws Error if it ends before the function is loaded */
export async function startLimited(options: LimitedOptions): Promise<LimitedDriver> {
  const { driver, file, stub, limit, memoryMb } = options;
  const startedAtMs = performance.now();
  const child = fork(driver, [file], {
    execPath: '/bin/sh',
    execArgv: ['-c', joining(limit, memoryMb)],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...functionEnvironment(stub.url), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb) },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await said(child);
  return {
    initMs: performance.now() - startedAtMs,
    async run(order) {
      const heard = said(child);
      child.send(order);
      return (await heard) as RunFigures;
    },
    stop() {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

/** A shell joins, and becomes Node: with the heap that Lambda's own start of Node gives it for its memory. */
function joining({ doors }: Limit, memoryMb: number): string {
  const young = Math.floor(memoryMb / 10);
  const heap = `--max-semi-space-size=${Math.floor(young / 2)} --max-old-space-size=${memoryMb - young}`;
  const join = doors.map((door) => `echo $$ > ${door} && `).join('');
  return `${join}exec "${process.execPath}" ${heap} "$0" "$@"`;
}
