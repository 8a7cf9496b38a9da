import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../bin/sluice.mjs', import.meta.url));

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
  const base = { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...env };
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
    return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
  };
  return Object.assign(sluice, { home });
}
