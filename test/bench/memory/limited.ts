import { fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { onProcessEnd } from '../../../localstack/cleanup.ts';
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
  /** Node. @default this process's */
  readonly execPath?: string;
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
  const { driver, file, stub, memoryMb } = options;
  const startedAtMs = performance.now();
  const child = fork(driver, [file], {
    execPath: '/bin/sh',
    execArgv: ['-c', joining(options)],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...functionEnvironment(stub.url), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb) },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Before its limit is removed, which is not possible while it lives.
  const killed = () => {
    child.kill('SIGKILL');
    return ended;
  };
  void ended.then(onProcessEnd({ stop: killed }));
  await said(child);
  return {
    initMs: performance.now() - startedAtMs,
    async run(order) {
      const heard = said(child);
      child.send(order);
      return (await heard) as RunFigures;
    },
    stop: killed,
  };
}

/** A shell joins, and becomes Node: with the heap that Lambda's own start of Node gives it for its memory. */
function joining({ limit, memoryMb, execPath = process.execPath }: LimitedOptions): string {
  const young = Math.floor(memoryMb / 10);
  const heap = `--max-semi-space-size=${Math.floor(young / 2)} --max-old-space-size=${memoryMb - young}`;
  const join = limit.doors.map((door) => `echo $$ > ${door} && `).join('');
  return `${join}exec "${execPath}" ${heap} "$0" "$@"`;
}
