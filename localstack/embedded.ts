import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulatorEnvironment, type StartedEmulator, startOwned } from './owned-process.ts';
import { freePort } from './places.ts';
import { ensureMiniStack } from './python.ts';

/**
 * Runs MiniStack, and kills its process group when its standard input ends. Standard input is a pipe from this process, so no
 * process is left even after SIGKILL. `os.read`, because a buffered read would hold a lock at exit.
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
 * @param preferredPort  taken if it is free
 * @throws EmulatorError if it cannot be installed or does not come up
 */
export async function startEmbedded(log: (line: string) => void, preferredPort?: number): Promise<StartedEmulator> {
  const python = await ensureMiniStack(log);
  const port = await freePort(preferredPort);
  // Outside the checkout: functions are unpacked here, and would find the checkout's node_modules, which AWS does not have.
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-emulator-'));
  return startOwned(
    {
      what: 'The embedded emulator',
      logName: 'ministack',
      command: [python, '-c', LAUNCHER],
      env: environment(port, scratch),
      scratch,
      endpoint: `http://127.0.0.1:${port}`,
      longestStartMs: 30_000,
      complaint: /ERROR \[lambda\] (?<what>.*Worker init failed.*)/,
    },
    log,
  );
}

function environment(port: number, scratch: string): NodeJS.ProcessEnv {
  return {
    ...emulatorEnvironment(),
    // The emulator's wrapper around a function uses deprecated API of Node. The warning would appear in the function's log.
    // It sets a function's own variables too late for Node's options.
    NODE_OPTIONS: '--disable-warning=DEP0169 --enable-source-maps',
    TMPDIR: scratch,
    STATE_DIR: join(scratch, 'state'),
    S3_DATA_DIR: join(scratch, 's3'),
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
  };
}
