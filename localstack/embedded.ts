import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { onProcessEnd } from './cleanup.ts';
import { killGroup } from './command.ts';
import { EmulatorError } from './errors.ts';
import { probeHealth } from './health.ts';
import { freePort, NODE_BIN, workFolder } from './places.ts';
import { ensureMiniStack } from './python.ts';

/** An emulator that this process started. */
export interface StartedEmulator {
  readonly endpoint: string;
  readonly name: string;
  readonly stop: () => Promise<void>;
}

const LONGEST_START_MS = 30_000;
const LOG_KEPT_MS = 24 * 3600 * 1000;

/**
 * Runs MiniStack, and its whole process group with it when its standard input ends. That is a pipe from us, so nothing
 * is left behind however we die, SIGKILL included. `os.read` because a buffered read would hold a lock at exit.
 */
const LAUNCHER = `
import os, shutil, signal, threading
def end_with_parent():
    os.read(0, 1)
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=end_with_parent, daemon=True).start()
from ministack.app import main
main()
`;

/**
 * Starts the embedded emulator, MiniStack, on a free port of 127.0.0.1.
 *
 * @throws EmulatorError if it cannot be installed or does not come up
 */
export async function startEmbedded(log: (line: string) => void): Promise<StartedEmulator> {
  const python = await ensureMiniStack(log);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // Not below the checkout: functions are unpacked here, and would find our node_modules where AWS has none.
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-emulator-'));
  const child = spawn(python, ['-c', LAUNCHER], {
    cwd: scratch,
    env: environment(port, scratch),
    // A process group of its own: stop() must reach the functions' processes too, and Ctrl-C must reach only us.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const logFile = await keepOutput(child, port, log);
  const forget = onProcessEnd({ stop: () => stop(), stopNow: () => killGroup(child) });
  const stop = async () => {
    await endGroup(child);
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    forget();
  };
  try {
    return { endpoint, name: await waitUntilUp(child, endpoint), stop };
  } catch (error) {
    await stop();
    throw new EmulatorError(`The embedded emulator did not come up; what it said is in ${logFile}`, { cause: error });
  }
}

/** Functions inherit what the emulator gets, so it gets only what a Lambda function may see. */
function environment(port: number, scratch: string): NodeJS.ProcessEnv {
  const passed = /^(HOME|LANG|LC_ALL|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY)$/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))),
    PATH: `${NODE_BIN}:${process.env.PATH ?? ''}`,
    TZ: 'UTC',
    // The emulator's own wrapper around a function uses what Node deprecates, and would say so in the function's log.
    NODE_OPTIONS: '--disable-warning=DEP0169',
    TMPDIR: scratch,
    STATE_DIR: join(scratch, 'state'),
    S3_DATA_DIR: join(scratch, 's3'),
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
    PYTHONUNBUFFERED: '1',
  };
}

/** What went wrong with a function before its own code ran stands nowhere else: it is passed on. */
async function keepOutput(child: ChildProcess, port: number, log: (line: string) => void): Promise<string> {
  const folder = await workFolder('logs');
  await dropOldLogs(folder);
  const path = join(folder, `ministack-${port}.log`);
  const file = createWriteStream(path);
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      const failed = /ERROR \[lambda\] (?<what>.*Worker init failed.*)/.exec(line)?.groups?.what;
      if (failed) log(failed);
    });
  }
  child.once('close', () => file.end());
  return path;
}

/** Each emulator has a log of its own; only a recent one is ever looked at. */
async function dropOldLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another command may have dropped it meanwhile.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - LOG_KEPT_MS) await rm(path, { force: true });
  }
}

async function waitUntilUp(child: ChildProcess, endpoint: string): Promise<string> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + LONGEST_START_MS; Date.now() < deadline; await sleep(100)) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const health = await probeHealth(endpoint);
    if (health) return health.name;
  }
  throw new Error(`it did not answer within ${LONGEST_START_MS / 1000} s`);
}

/** Nothing in it is worth a graceful end: its state is thrown away. */
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
