import { fork } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { said } from '../said.ts';
import type { Stub } from '../stub/stub.ts';
import type { RunFigures, RunOrder } from './main.ts';

/** A process that runs a bundled function, as Lambda would. */
export interface Driver {
  /** What loading the bundle took. */
  readonly load: { readonly loadCpuUs: number; readonly loadWallMs: number };
  run(order: RunOrder): Promise<RunFigures>;
  /** Bytes that the function has logged, metrics included. */
  logBytes(): number;
  stop(): Promise<void>;
}

export interface DriverOptions {
  /** The bundle's file. */
  readonly file: string;
  readonly stub: Pick<Stub, 'url'>;
  /** Where its log goes. @default nowhere */
  readonly log?: string;
  readonly execArgv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The heap that Lambda's own start of Node gives a function of the dispatcher's memory, 512 MB. An old space of 128 MB beside
 * V8's own young one had V8 collect all the time: three times the CPU.
 */
export const DISPATCHER_HEAP = ['--max-semi-space-size=25', '--max-old-space-size=461'] as const;

const MAIN = new URL('main.ts', import.meta.url);

export async function startDriver({ file, stub, log, execArgv = [], environment }: DriverOptions): Promise<Driver> {
  const out = log === undefined ? 'ignore' : openSync(log, 'w');
  const child = fork(MAIN, [file], {
    // Powertools writes warnings and errors to stderr: Lambda takes both as the function's log.
    stdio: ['ignore', out, log === undefined ? 'inherit' : out, 'ipc'],
    execArgv: [...execArgv],
    env: { ...functionEnvironment(stub.url), ...environment },
  });
  if (typeof out === 'number') closeSync(out);
  const load = (await said(child)) as Driver['load'];
  return {
    load,
    async run(order) {
      const heard = said(child);
      child.send(order);
      return (await heard) as RunFigures;
    },
    logBytes: () => (log === undefined ? 0 : statSync(log).size),
    stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      return ended;
    },
  };
}

/** As the job's stack and Lambda set it. */
export function functionEnvironment(url: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_SDK_UA_APP_ID: 'sluice-dev-bench/PTEnv/',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'Stock',
    SLUICE_JOBS_TABLE: 'jobs',
    SLUICE_STAGE: 'dev',
    SLUICE_QUEUE_URL: `${url}/123456789012/sluice-dev-bench`,
    SLUICE_DLQ_URL: `${url}/123456789012/sluice-dev-bench-dlq`,
  };
}
