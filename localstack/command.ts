import { type ChildProcess, spawn } from 'node:child_process';

/** How {@link runCommand} runs a program. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment, not additions to ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** The program is killed after this time. */
  readonly timeoutMs: number;
  /** Gets each line of output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Kills the program. */
  readonly signal?: AbortSignal;
}

/** How a program ended. `code` is null when a signal ended it (a time limit's included). */
export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/**
 * Runs a program to its end and returns its output. A program that fails is a result, not an error. A program that cannot be
 * started rejects with Node's own error (`code: 'ENOENT'`).
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that its child processes end with it.
      detached: true,
    });
    const release = boundLife(child, options);
    const take = lineSplitter(options.onLine ?? (() => undefined));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        take(text);
      });
    }
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('close', (code) => {
      release();
      take('\n');
      resolve({ code, output });
    });
  });
}

/** Kills a program, with its child processes, when its time is up, it is not wanted any more, or this process ends. */
function boundLife(child: ChildProcess, { timeoutMs, signal }: CommandOptions): () => void {
  const kill = () => killGroup(child);
  const timer = setTimeout(kill, timeoutMs);
  process.once('exit', kill);
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill);
  return () => {
    clearTimeout(timer);
    process.off('exit', kill);
    signal?.removeEventListener('abort', kill);
  };
}

/** Kills a program that was started `detached`, with all its child processes. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: all of it is gone already.
  }
}

/** The last lines of a program's output, without empty ones. */
export function tail(output: string, lines = 25): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line.trimEnd());
  };
}
