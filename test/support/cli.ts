import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { HostedRun } from './cli-host.ts';
import { COMPILE_CACHE } from './compile-cache.ts';

const COMMAND = fileURLToPath(new URL('../../bin/sluice.mjs', import.meta.url));
/** With this option Node gives the command the tests' own job types in the place of the checkout's. */
const OWN_TYPES = `--import=${new URL('shop/in-place-of-catalogue.mjs', import.meta.url).href}`;
/** For {@link makeSluice}: a command that knows the tests' own job types, whatever the checkout has. */
export const WITH_OWN_TYPES = { NODE_OPTIONS: OWN_TYPES } as const;

/** How a run of the command ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, as `--json` gives it. */
  json<T>(): T;
}

export interface RunOptions {
  /** Standard input; without it there is none. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Gets the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
}

export type Sluice = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** The command as a user runs it, a process of its own, whose home holds no AWS configuration. */
export async function makeSluice(env: Readonly<Record<string, string>> = {}): Promise<Sluice & { home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-home-'));
  const base = { ...baseOf(home), NODE_COMPILE_CACHE: COMPILE_CACHE, ...env };
  const sluice: Sluice = async (args, options = {}) => {
    const child = spawn(options.node ?? process.execPath, [COMMAND, ...args], {
      cwd: options.cwd ?? home,
      env: { ...base, ...options.env },
    });
    options.onStart?.(child);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('close', resolve);
      child.on('error', reject);
    });
    // A test may close the output, as `head` does.
    const printed = text(child.stdout).catch(() => '');
    const [stdout, stderr, code] = await Promise.all([printed, text(child.stderr), ended]);
    return ranAs({ code, stdout, stderr });
  };
  return Object.assign(sluice, { home });
}

const baseOf = (home: string) => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  AWS_EC2_METADATA_DISABLED: 'true',
});

const ranAs = ({ code, stdout, stderr }: Omit<Ran, 'json'>): Ran => ({
  ...{ code, stdout, stderr },
  json: <T>() => JSON.parse(stdout) as T,
});

/** Runs the command with arguments in an environment, without input. */
export type HostedSluice = (args: readonly string[], options?: Pick<RunOptions, 'env'>) => Promise<Ran>;

/** The command in a process that runs it again and again, one run after the other: a run takes milliseconds. */
export function hostSluice(home: string): HostedSluice & { stop: () => void } {
  const host = fork(fileURLToPath(new URL('cli-host.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [...process.execArgv, OWN_TYPES],
  });
  const sluice: HostedSluice = async (args, { env = {} } = {}) => {
    host.send({ args, env: { ...baseOf(home), ...env }, cwd: home } satisfies HostedRun);
    const [ran] = (await once(host, 'message')) as [Omit<Ran, 'json'>];
    return ranAs(ran);
  };
  return Object.assign(sluice, { stop: () => void host.kill() });
}
