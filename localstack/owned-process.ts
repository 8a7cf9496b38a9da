import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { onProcessEnd } from './cleanup.ts';
import { NO_AWS_FILES } from './client-config.ts';
import { killGroup } from './command.ts';
import { EmulatorError } from './errors.ts';
import { probeHealth } from './health.ts';
import { NODE_BIN, workFolder } from './places.ts';

/** An emulator that this process started. */
export interface StartedEmulator {
  readonly endpoint: string;
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** How {@link startOwned} runs an emulator. */
export interface OwnedProcess {
  /** For error messages: "The embedded emulator". */
  readonly what: string;
  /** Its log is `.sluice/logs/<logName>-<port>.log`. */
  readonly logName: string;
  /** It must end, with all that it started, when its standard input does. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: NodeJS.ProcessEnv;
  /** A folder of its own, deleted at its end. */
  readonly scratch: string;
  readonly endpoint: string;
  readonly longestStartMs: number;
  /** Finds lines of its output about functions that could not be started; the group `what` is logged. */
  readonly complaint: RegExp;
}

const LOG_KEPT_MS = 24 * 3600 * 1000;

/**
 * Starts an emulator's process and waits until it answers.
 *
 * @throws EmulatorError if it does not come up
 */
export async function startOwned(owned: OwnedProcess, log: (line: string) => void): Promise<StartedEmulator> {
  const [program, ...args] = owned.command;
  const child = spawn(program, args, {
    cwd: owned.scratch,
    env: owned.env,
    // A process group of its own: stop() must reach the functions' processes too, and Ctrl-C must reach only us.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const logFile = await keepOutput(child, owned, log);
  const forget = onProcessEnd({ stop: () => stop(), stopNow: () => killGroup(child) });
  const stop = async () => {
    await endGroup(child);
    await rm(owned.scratch, { recursive: true, force: true, maxRetries: 5 });
    forget();
  };
  try {
    return { endpoint: owned.endpoint, name: await waitUntilUp(child, owned), stop };
  } catch (error) {
    await stop();
    throw new EmulatorError(`${owned.what} did not come up; its output is in ${logFile}`, { cause: error });
  }
}

/** The environment of an emulator's process. Functions may inherit it, so it holds only what they may see. */
export function emulatorEnvironment(): NodeJS.ProcessEnv {
  const passed = /^(HOME|LANG|LC_ALL|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY)$/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))),
    PATH: `${NODE_BIN}:${process.env.PATH ?? ''}`,
    ...NO_AWS_FILES,
    TZ: 'UTC',
    PYTHONUNBUFFERED: '1',
  };
}

async function keepOutput(
  child: ChildProcess,
  { endpoint, logName, complaint }: OwnedProcess,
  log: (line: string) => void,
): Promise<string> {
  const folder = await workFolder('logs');
  await dropOldLogs(folder);
  const path = join(folder, `${logName}-${new URL(endpoint).port}.log`);
  const file = createWriteStream(path);
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      const failed = complaint.exec(line)?.groups?.what;
      if (failed) log(failed);
    });
  }
  child.once('close', () => file.end());
  return path;
}

/** Deletes logs older than a day. Each emulator has a log of its own. */
async function dropOldLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another command may have dropped it meanwhile.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - LOG_KEPT_MS) await rm(path, { force: true });
  }
}

async function waitUntilUp(child: ChildProcess, { endpoint, longestStartMs }: OwnedProcess): Promise<string> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + longestStartMs; Date.now() < deadline; await sleep(100)) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    // Node has no code for a process that was killed: by a machine that is out of memory, for one.
    if (child.signalCode !== null) throw new Error(`it was ended by ${child.signalCode}`);
    const health = await probeHealth(endpoint);
    if (health) return health.name;
  }
  throw new Error(`it did not answer within ${longestStartMs / 1000} s`);
}

/** Kills the process group: its state is temporary, so a graceful end is not needed. */
async function endGroup(child: ChildProcess): Promise<void> {
  killGroup(child);
  for (const deadline = Date.now() + 5_000; Date.now() < deadline && groupLives(child); ) await sleep(20);
}

function groupLives(child: ChildProcess): boolean {
  if (child.pid === undefined) return false;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}
